import re
from pathlib import Path

import pytest

from server.models.passages import Passage, read_passages, split_sentences

CASES = re.findall(
    r"^(\S[^\n]*)\n\.\n(.*?)^\.\n(.*?)^\.$",
    Path(__file__).with_name("sentences.txt").read_text("utf-8"),
    re.M | re.S,
)


@pytest.mark.parametrize(("paragraph", "sentences"), [pytest.param(*case, id=name) for name, *case in CASES])
def test_a_paragraph_is_cut_into_what_can_be_quoted(paragraph: str, sentences: str) -> None:
    assert sentences.splitlines() == list(split_sentences(paragraph))


SECTION = """\
Open the configuration file. Change the port in it:

```js {2} title="x.config.js"
export default { server: { port: 3000 } }
```

- The first item of the list.
- The second item of the list.

| option | what it does in a table |
|---|---|
| `port` | number to listen on, please |

## A heading below is not quoted

<div>Nor is markup of its own</div>
"""


def test_a_section_gives_sentences_items_and_the_code_behind_them() -> None:
    code = "```js\nexport default { server: { port: 3000 } }\n```"
    expected = [
        Passage(text="Open the configuration file.", block=1, is_item=False),
        Passage(text="Change the port in it:", block=1, is_item=False, code=code),
        Passage(text="The first item of the list.", block=7, is_item=True),
        Passage(text="The second item of the list.", block=12, is_item=True),
    ]
    assert expected == read_passages(SECTION)


def test_long_code_is_left_to_its_page() -> None:
    code = "```\n" + "line\n" * 30 + "```"
    assert [passage.code for passage in read_passages(f"Here is a sentence.\n\n{code}")] == [""]


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "`" * 20_000, "<a " * 5_000, "a. " * 20_000, "*" * 20_000, "> " * 500]
)
def test_odd_text_is_read_without_getting_stuck(text: str) -> None:
    read_passages(text)
