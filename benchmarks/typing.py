"""How the box feels: from a key to what it brings onto the screen, and what a page pays before anybody types.

    python -m benchmarks.typing [--docs DIR] … [--data-dir DIR]

In Chromium, with ten thousand sections (a tenth of `--sections`) and real key events. Times begin with the event's
own time stamp and end after the frame that shows the change. With `--data-dir` the installation of `scale` is
used.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from benchmarks.options import Options, read_options
from benchmarks.pages import docs_tree
from benchmarks.questions import make_questions
from benchmarks.scale import grown_lectern
from benchmarks.tables import Table, describe_machine, percentile, show

_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
_TENTH: Final = 10
_TYPED_QUESTIONS: Final = 4  # some 100 letters
_OPENINGS: Final = 20
_BETWEEN_KEYS_MS: Final = 120  # a quick writer
_IDLE_MS: Final = 3000

_PAGE: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,">'
    '<script type="module" src="/widget.js"></script></head><body><lectern-search></lectern-search></body></html>'
)

# Runs before any script of the page. A change is on the screen once a task runs after the frame it is in.
_STOPWATCH: Final = """(() => {
  let started = 0;
  addEventListener("keydown", (event) => (started = event.timeStamp), true);
  globalThis.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: "longtask", buffered: true });
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now() - started);
    port2.postMessage(null);
  }));
  const root = () => document.querySelector("lectern-search").shadowRoot;
  let answered = "";
  const { fetch } = globalThis;
  globalThis.fetch = async (address, request) => {
    const response = await fetch(address, request);
    answered = new URL(address).searchParams.get("query") ?? "";
    return response;
  };
  globalThis.watchHits = (query) => {
    globalThis.hitsPainted = new Promise((resolve, reject) => {
      const observer = new MutationObserver(() => {
        if (answered !== query) return;
        observer.disconnect();
        resolve(painted());
      });
      observer.observe(root().querySelector("[role=listbox]"), { childList: true });
      setTimeout(() => reject(new Error(`no hits for ${query}`)), 10_000);
    });
  };
  globalThis.watchField = () => {
    globalThis.fieldPainted = new Promise((resolve) => {
      const look = () => {
        if (root().activeElement?.role !== "combobox") return setTimeout(look);
        const taken = performance.now() - started;
        painted().then((shown) => resolve([taken, shown]));
      };
      look();
    });
  };
})()"""


@dataclass(frozen=True, slots=True)
class Idle:
    """What a page pays for the box before anybody reaches for it."""

    requests: int
    loader_bytes: int
    """As they came over the wire, headers excepted."""
    long_tasks: int


class Opening(NamedTuple):
    """Milliseconds from ⌘K until the field takes letters, and until after the frame that shows it."""

    taking: float
    shown: float


@dataclass(frozen=True, slots=True)
class Felt:
    """Letters in milliseconds."""

    letters: Sequence[float]
    cold: Sequence[Opening]
    """In a browser that has nothing of the box but its loader."""
    warm: Sequence[Opening]
    idle: Idle


def measure(url: str, questions: Sequence[str], *, openings: int) -> Felt:
    """`url`: a Lectern that listens."""
    with _browser() as browser:
        opened = [_open_and_reopen(browser, url) for _ in range(openings)]
        return Felt(
            letters=[time for question in questions for time in _type(browser, url, question)],
            cold=[cold for cold, _ in opened],
            warm=[warm for _, warm in opened],
            idle=_idle(browser, url),
        )


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        yield playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))


@contextmanager
def _visit(browser: Browser, url: str) -> Iterator[Page]:
    """A page with the tag and nothing else, in a profile of its own."""
    context: BrowserContext = browser.new_context()
    try:
        page = context.new_page()
        page.add_init_script(_STOPWATCH)
        page.route(f"{url}/page", _show_page)
        page.goto(f"{url}/page", wait_until="networkidle")
        yield page
    finally:
        context.close()


def _show_page(route: Route) -> None:
    route.fulfill(content_type="text/html", body=_PAGE)


def _open(page: Page) -> Opening:
    page.evaluate("watchField()")
    page.keyboard.press("Control+k")
    return Opening(*page.evaluate("fieldPainted"))


def _open_and_reopen(browser: Browser, url: str) -> tuple[Opening, Opening]:
    with _visit(browser, url) as page:
        cold = _open(page)
        page.keyboard.press("Escape")
        page.wait_for_timeout(_BETWEEN_KEYS_MS)
        return cold, _open(page)


def _type(browser: Browser, url: str, question: str) -> Iterator[float]:
    """For each letter, in a box that has kept no searches."""
    with _visit(browser, url) as page:
        _open(page)
        for typed in accumulate(question):
            page.wait_for_timeout(_BETWEEN_KEYS_MS)
            page.evaluate("query => watchHits(query)", typed)
            page.keyboard.press(typed[-1])
            yield float(page.evaluate("hitsPainted"))


def _idle(browser: Browser, url: str) -> Idle:
    with _visit(browser, url) as page:
        page.wait_for_timeout(_IDLE_MS)
        resources: list[dict[str, Any]] = page.evaluate(
            "performance.getEntriesByType('resource').map(e => e.toJSON())"
        )
        return Idle(
            requests=len(resources),
            loader_bytes=sum(resource["encodedBodySize"] for resource in resources),
            long_tasks=page.evaluate("longTasks.length"),
        )


def felt_table(felt: Felt, *, sections: int) -> Table:
    rows: Sequence[tuple[str, Sequence[float], str]] = (
        (f"a letter → its hits, {sections:,} sections", felt.letters, "≤ 100"),
        ("⌘K → the field takes letters, cold", [each.taking for each in felt.cold], "≤ 100"),
        ("⌘K → the field is shown, cold", [each.shown for each in felt.cold], "≤ 100"),
        ("⌘K → the field takes letters, warm", [each.taking for each in felt.warm], "≤ 16"),
        ("⌘K → the field is shown, warm", [each.shown for each in felt.warm], "≤ 16"),
    )
    idle = felt.idle
    return Table(
        title="How the box feels",
        note="Chromium on the server's machine, from the key's time stamp until after the frame that shows it, "
        f"the box's own pause included. A page that nobody searches made {_counted(idle.requests, 'request')} of "
        f"{idle.loader_bytes:,} bytes and had {_counted(idle.long_tasks, 'task')} of more than 50 ms.",
        columns=("what", "times", "median ms", "p95 ms", "goal"),
        rows=tuple((what, str(len(times)), *_cells(times), goal) for what, times, goal in rows),
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _cells(times: Sequence[float]) -> Iterator[str]:
    return (f"{percentile(times, share):.0f}" for share in (0.5, 0.95))


def run(options: Options) -> None:
    sections = options.sections // _TENTH
    with (
        docs_tree(options.docs, pages=options.pages) as docs,
        grown_lectern(docs, sections=sections, data_dir=options.data_dir) as lectern,
        lectern.listening("serve") as url,
    ):
        questions = make_questions(docs, count=_TYPED_QUESTIONS)
        show(felt_table(measure(url, questions, openings=_OPENINGS), sections=sections))


if __name__ == "__main__":
    print(describe_machine())
    run(read_options())
