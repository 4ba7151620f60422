/**
 * The answering half of the box: the question, its answer as it grows, the sources, and what to do next. Its
 * `data-state` is `thinking`, `writing`, `done`, `stopped` or `error`; the style shows parts by it.
 */

import { copyText } from "./clipboard.js";
import { closeButton } from "./close-button.js";
import { button, drawing, element } from "./dom.js";
import { BACK, WARNING } from "./icons.js";
import { MarkdownStream } from "./markdown.js";
import { citationLink, sourceCard } from "./source-cards.js";

const BOTTOM_PX = 40; // nearer to the end than this counts as reading along
const NOTES = {
  length: "The answer was cut at its length limit.",
  content_filter: "The answer was withheld by the model’s content filter.",
};

export class AnswerView {
  #room;
  #parts;
  #query = "";
  #nearest = [];
  #sources = [];
  #text = "";
  #lastDelta = "";
  #waiting = "";
  #frame = 0;
  #markdown = null;
  #answer = null;

  /** @param {import("./box.js").Room} room */
  constructor(room) {
    this.#room = room;
    this.#parts = answerParts();
    this.root = this.#parts.root;
    this.#listen();
  }

  show() {
    this.root.hidden = false;
    this.#parts.body.focus();
  }

  hide() {
    this.root.hidden = true;
    this.stop();
  }

  /**
   * @param {string} query
   * @param {Source[]} nearest what to offer when no answer and no sources come
   * @param {boolean} isFresh whether an answer that was given before will not do
   */
  ask(query, nearest, isFresh = false) {
    this.#answer?.stop();
    this.#query = query;
    this.#nearest = nearest;
    this.#begin();
    this.#follow(this.#room.client.ask(query, { fresh: isFresh }));
  }

  async #follow(answer) {
    this.#answer = answer;
    for await (const event of answer) {
      if (this.#answer !== answer) return;
      if (event.type === "asked") this.#room.tell("lectern-ask", { query: this.#query, ...event });
      if (event.type === "sources") this.#found(event.sources);
      if (event.type === "text") this.#wrote(event.text);
      if (event.type === "done" && event.reason !== "stopped") this.#finished(event.reason, event.trouble);
    }
  }

  escape() {
    if (["thinking", "writing"].includes(this.root.dataset.state)) this.stop();
    else this.#room.search();
    return true;
  }

  leave() {
    this.stop();
  }

  /** Keeps what was written. */
  stop() {
    if (!["thinking", "writing"].includes(this.root.dataset.state)) return;
    this.#answer.stop();
    this.#flush();
    this.#markdown.end();
    this.#enter("stopped", "Stopped");
    this.#listSources("Sources", this.#sources);
    this.#room.announce("Answer stopped");
  }

  #listen() {
    const { back, close, stop, again, retry, copy, body } = this.#parts;
    back.addEventListener("click", () => this.#room.search());
    close.addEventListener("click", () => this.#room.close());
    stop.addEventListener("click", () => this.stop());
    again.addEventListener("click", () => this.ask(this.#query, this.#nearest, true));
    retry.addEventListener("click", () => this.ask(this.#query, this.#nearest));
    copy.addEventListener("click", () => copyText(this.#text, copy, this.#parts.text));
    body.addEventListener("click", ({ target }) => copyCode(target));
  }

  #begin() {
    const { question, text, trouble, note, body } = this.#parts;
    cancelAnimationFrame(this.#frame);
    [this.#sources, this.#text, this.#lastDelta, this.#waiting, this.#frame] = [[], "", "", "", 0];
    this.#enter("thinking", "Thinking…");
    question.textContent = this.#query;
    trouble.replaceChildren();
    note.textContent = "";
    body.scrollTop = 0;
    this.#startText(text);
    this.#listSources("", []);
    this.#room.announce("Thinking…");
  }

  #startText(text) {
    text.replaceChildren();
    this.#markdown = new MarkdownStream(text, {
      base: document.baseURI,
      citation: (number) => this.#cite(number),
    });
  }

  #cite(number) {
    const source = this.#sources.find((each) => each.number === number);
    return source ? citationLink(source) : null;
  }

  #found(sources) {
    this.#sources = sources;
    if (this.root.dataset.state !== "thinking" || sources.length === 0) return;
    this.#parts.status.textContent = `Reading ${counted(sources.length, "section")}…`;
  }

  #wrote(text) {
    this.#text += text;
    this.#lastDelta = text;
    this.#waiting += text;
    if (this.root.dataset.state === "thinking") this.#enter("writing", "Writing…");
    // At most one change per frame, however fast the deltas come.
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  #flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (!this.#waiting) return;
    const { body } = this.#parts;
    const readingAlong = body.scrollHeight - body.scrollTop - body.clientHeight < BOTTOM_PX;
    this.#markdown.push(this.#waiting);
    this.#waiting = "";
    if (readingAlong) body.scrollTop = body.scrollHeight;
  }

  #finished(reason, trouble) {
    if (reason === "error") return this.#failed(trouble);
    this.#flush();
    this.#markdown.end();
    const count = counted(this.#sources.length, "source");
    this.#enter("done", count);
    this.#parts.note.textContent = NOTES[reason] ?? (this.#text.trim() ? "" : "The answer came back empty.");
    this.#listSources("Sources", this.#sources);
    this.#room.announce(`Answer complete, ${count}`);
    this.#room.tell("lectern-answer", { query: this.#query, text: this.#text, sources: this.#sources, reason });
  }

  #failed(trouble) {
    const words = trouble?.message || "Something went wrong. Please try again in a moment.";
    this.#dropTold(words);
    this.#flush();
    this.#markdown.end();
    const begun = this.#text.trim() !== "";
    const heading = begun ? "The answer broke off" : "No answer this time";
    this.#parts.trouble.replaceChildren(drawing(WARNING), element("div", {}, [
      element("h3", {}, [heading]),
      element("p", {}, [words]),
      this.#parts.retry,
    ]));
    this.#enter("error", heading);
    const sources = this.#sources.length ? this.#sources : this.#nearest;
    this.#listSources("Nearest sections", sources);
    this.#room.announce(`${heading}. ${words}`);
    this.#room.tell("lectern-error", { query: this.#query, code: trouble?.code || "unknown", message: words });
  }

  /** The server says trouble in the text too, for clients that show nothing else; here it has its own place. */
  #dropTold(words) {
    if (!this.#lastDelta.includes(words)) return;
    this.#text = this.#text.slice(0, -this.#lastDelta.length).trimEnd();
    this.#waiting = this.#text;
    this.#startText(this.#parts.text);
  }

  #enter(state, status) {
    // A control about to disappear must not take the focus with it.
    const hadFocus = this.root.getRootNode().activeElement;
    this.root.dataset.state = state;
    this.#parts.copy.hidden = this.#text.trim() === "";
    this.#parts.status.textContent = status;
    if (hadFocus?.matches(".foot button, .trouble button")) this.#parts.body.focus();
  }

  #listSources(title, sources) {
    const { sourcesTitle, sourceList, sources: section } = this.#parts;
    sourcesTitle.textContent = title;
    sourceList.replaceChildren(...sources.map(sourceCard));
    section.hidden = sources.length === 0;
  }
}

function counted(count, noun) {
  return `${count || "no"} ${noun}${count === 1 ? "" : "s"}`;
}

function copyCode(target) {
  const pressed = target.closest("[data-copy]");
  const code = pressed?.closest("figure").querySelector("code");
  if (code) copyText(code.textContent, pressed, code);
}

function answerParts() {
  const parts = {
    back: button({ class: "icon-button", "aria-label": "Back to search", part: "back" }, [drawing(BACK)]),
    question: element("h2", { part: "question" }),
    close: closeButton(),
    text: element("div", { class: "prose", part: "text" }),
    note: element("p", { class: "note" }),
    trouble: element("div", { class: "trouble", part: "trouble" }),
    sourcesTitle: element("h3", {}),
    sourceList: element("ol", { part: "sources" }),
    status: element("span", { class: "status", "aria-hidden": "true" }),
    stop: button({ class: "action stop" }, ["Stop"]),
    copy: button({ class: "action copy" }, ["Copy answer"]),
    again: button({ class: "action again" }, ["Ask again"]),
    retry: button({ class: "action retry" }, ["Try again"]),
  };
  parts.sources = element("div", { class: "sources" }, [parts.sourcesTitle, parts.sourceList]);
  const lines = [element("i"), element("i"), element("i")];
  const skeleton = element("div", { class: "skeleton", "aria-hidden": "true" }, lines);
  const content = [skeleton, parts.text, parts.note, parts.trouble, parts.sources];
  parts.body = element("div", { class: "body", tabindex: "0", role: "region", "aria-label": "Answer" }, content);
  parts.root = element("section", { class: "view answer", part: "answer", hidden: true }, [
    element("header", { class: "bar" }, [parts.back, parts.question, parts.close]),
    parts.body,
    element("footer", { class: "foot" }, [parts.status, parts.stop, parts.copy, parts.again]),
  ]);
  return parts;
}
