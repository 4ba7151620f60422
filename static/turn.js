/**
 * One question of a conversation and its answer as it grows, the sources, and what to do next. Its `data-state` is
 * `thinking`, `writing`, `done`, `stopped` or `error`; the style shows parts by it.
 */

import { citationOf } from "./citations.js";
import { copyCode, copyText } from "./clipboard.js";
import { button, drawing, element } from "./dom.js";
import { feedbackOn } from "./feedback.js";
import { WARNING } from "./icons.js";
import { MarkdownStream } from "./markdown.js";
import { sourceCard } from "./source-cards.js";

const NOTES = { length: "cut", content_filter: "filtered", stopped: "stopped" };

export class Turn {
  #room;
  #thread;
  #nearest;
  #parts;
  #sources;
  #text;
  #waiting;
  #frame = 0;
  #isRefused;
  #standAlone;
  #trouble;
  #markdown;
  /** While it is being written, and followed. */
  #answer = null;

  /**
   * @param {import("./box.js").Room} room
   * @param {object} given
   * @param {import("./answer-view.js").AnswerView} given.thread
   * @param {{query: string, id?: string, told?: boolean, rating?: string | null}} given.record what the tab remembers
   * @param {import("./client.js").Source[]} [given.nearest]
   */
  constructor(room, { thread, record, nearest = [] }) {
    this.#room = room;
    this.#thread = thread;
    this.record = record;
    this.#nearest = nearest;
    this.#parts = turnParts(room.say, record.query);
    this.root = this.#parts.root;
    this.#listen();
  }

  get state() {
    return this.root.dataset.state;
  }

  get isRunning() {
    return this.#answer !== null;
  }

  get #hasText() {
    return this.#text.trim() !== "";
  }

  /** @param {boolean} [fresh] an answer given before will not do */
  ask(fresh) {
    const { query } = this.record;
    Object.assign(this.record, { id: undefined, told: false, rating: null });
    this.#room.tell("lectern-ask", { query });
    this.#follow(this.#room.client.ask(query, { conversation: this.#thread.conversation, fresh }));
  }

  /** @param {() => void} [forgotten] what to do when the server knows it no more */
  resume(forgotten = () => this.#thread.drop(this)) {
    this.#follow(this.#room.client.resume(this.record.id), forgotten);
  }

  leave() {
    this.#answer = null;
  }

  comeBack() {
    if (this.isRunning || !["thinking", "writing"].includes(this.state)) return;
    if (this.record.id) this.resume();
    else this.ask();
  }

  stop() {
    this.#answer?.stop();
    if (this.#answer) this.#finish("stopped");
  }

  async #follow(answer, forgotten) {
    this.#answer = answer;
    this.#begin();
    for await (const event of answer) {
      if (this.#answer !== answer) return;
      if (event.type === "asked") this.#asked(event);
      if (event.type === "sources") this.#found(event);
      if (event.type === "text") this.#wrote(event.text);
      if (event.type === "lost") this.#room.announce(this.#say("lost"));
      if (event.type !== "done") continue;
      if (forgotten && event.trouble?.code === "not_found") forgotten();
      else this.#finish(event.reason, event.trouble);
    }
  }

  #begin() {
    [this.#sources, this.#text, this.#waiting, this.#trouble, this.#isRefused] = [[], "", "", null, false];
    this.#standAlone = this.record.query;
    const { text, note, trouble, feedback } = this.#parts;
    for (const part of [text, note, trouble]) part.replaceChildren();
    feedback.replaceChildren(...feedbackOn(this.record, this.#room, () => this.#thread.changed()));
    this.#markdown = new MarkdownStream(text, { base: document.baseURI, citation: (number) => this.#cite(number) });
    this.#list([]);
    this.#enter("thinking");
    this.#room.announce(this.#say("thinking"));
  }

  #asked({ id, conversation }) {
    this.record.id = id;
    this.#thread.changed(conversation);
  }

  #found({ sources, confidence, searchedQuery }) {
    this.#sources = sources;
    this.#isRefused = confidence === "none";
    this.#standAlone = searchedQuery || this.#standAlone;
    if (sources.length) this.#say("reading", { n: sources.length });
  }

  #cite(number) {
    const source = this.#sources.find((each) => each.number === number);
    return source ? citationOf(source) : null;
  }

  #wrote(text) {
    this.#text += text;
    this.#waiting += text;
    if (this.state === "thinking") this.#enter("writing");
    // At most one change per frame, however fast the deltas come.
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  #flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const waiting = this.#waiting;
    this.#waiting = "";
    if (!waiting) return;
    this.#say("writing");
    this.#thread.grow(() => this.#markdown.push(waiting));
  }

  #finish(reason, trouble) {
    const { say, announce } = this.#room;
    this.#answer = null;
    this.#flush();
    this.#markdown.end();
    if (reason === "error") return this.#fail(trouble);
    this.#parts.note.textContent = say(NOTES[reason] ?? (this.#hasText ? "" : "empty"));
    this.#enter(reason === "stopped" ? reason : "done");
    this.#offer();
    announce(reason === "stopped" ? say(reason) : say("complete", { n: this.#sources.length }));
    if (reason !== "stopped") this.#tell("lectern-answer", { text: this.#text, sources: this.#sources, reason });
  }

  #fail(trouble) {
    const { say, announce } = this.#room;
    const words = this.#wordsFor(trouble);
    const heading = say(this.#hasText ? "brokeOff" : "noAnswer");
    this.#trouble = trouble;
    this.#parts.trouble.replaceChildren(drawing(WARNING), element("div", {}, [
      element("h3", {}, [heading]),
      element("p", {}, [words]),
      this.#parts.retry,
    ]));
    this.#enter("error");
    this.#offer();
    announce(`${heading}. ${words}`);
    this.#tell("lectern-error", { code: trouble.code, message: words });
  }

  #wordsFor({ code, message, retryAfterSeconds: n }) {
    const { say } = this.#room;
    const known = say(code === "unreachable" && !navigator.onLine ? "offline" : code);
    return [known || message || say("trouble"), n ? say("retryIn", { n }) : ""].join(" ").trim();
  }

  /** The page is told once, also when the answer is shown again after a reload. */
  #tell(name, detail) {
    if (!this.record.told) this.#room.tell(name, { query: this.record.query, ...detail });
    this.record.told = true;
    this.#thread.changed();
  }

  /** What to read: the sources, or the nearest there is. */
  async #offer() {
    const isAnswered = this.#hasText && !this.#isRefused && this.#sources.length;
    let sections = this.#sources.length ? this.#sources : this.#nearest;
    if (sections.length === 0) sections = await nearestTo(this.record.query, this.#room.client);
    // It may have been asked again meanwhile.
    if (!this.isRunning) this.#list(sections, isAnswered ? "sources" : "nearest");
  }

  /** @param {string} name `sources`, or `nearest`, which are shown with their excerpts */
  #list(sections, name = "") {
    const { sources } = this.#parts;
    sources.hidden = sections.length === 0;
    sources.className = `sources ${name}`;
    const list = element("ol", { part: "sources" }, sections.map(sourceCard));
    sources.replaceChildren(element("h3", {}, [this.#room.say(name)]), list);
  }

  #say(key, values) {
    return (this.#parts.status.textContent = this.#room.say(key, values));
  }

  #enter(state) {
    const { text, copy } = this.#parts;
    this.root.dataset.state = state;
    text.ariaBusy = String(this.isRunning);
    copy.hidden = !this.#hasText;
    this.#thread.changed();
    this.#thread.keepFocus();
  }

  #listen() {
    const { retry, copy, share, again, edit, text, question } = this.#parts;
    const copied = (what, pressed, shown) => copyText(what, pressed, shown, this.#room);
    retry.addEventListener("click", () => this.#retry());
    again.addEventListener("click", () => this.ask(true));
    edit.addEventListener("click", () => this.#room.search(this.record.query));
    copy.addEventListener("click", () => copied(asMarkdown(this.#text, this.#sources), copy, text));
    share.addEventListener("click", () => copied(addressOf(this.#standAlone), share, question));
    text.addEventListener("click", ({ target }) => copyCode(target, this.#room));
  }

  #retry() {
    if (this.record.id && this.#trouble.code === "unreachable") this.resume(() => this.ask());
    else this.ask();
  }
}

async function nearestTo(query, client) {
  try {
    for await (const { hits } of client.search(query)) return hits;
  } catch {
    return [];
  }
}

/** The sources it cites are link definitions at its end, so that its `[1]` are links. */
function asMarkdown(text, sources) {
  const cited = sources.filter(({ number, href }) => href && text.includes(`[${number}]`));
  return [text.trim(), "", ...cited.map(({ number, href }) => `[${number}]: ${href}`)].join("\n");
}

/** The page's address, which asks the query when it is opened. */
function addressOf(query) {
  const address = new URL(location.href);
  address.hash = "";
  address.searchParams.set("ask", query);
  return address.href;
}

function turnParts(say, query) {
  const action = (name, key) => button({ class: `quiet ${name}` }, [say(key)]);
  const parts = {
    question: element("h2", { part: "question", dir: "auto" }, [query]),
    text: element("div", { class: "prose", part: "text", dir: "auto" }),
    status: element("p", { class: "status", "aria-hidden": "true" }),
    note: element("p", { class: "note" }),
    trouble: element("div", { class: "trouble", part: "trouble" }),
    sources: element("div"),
    feedback: element("div", { class: "feedback" }),
    retry: button({ class: "action retry" }, [say("tryAgain")]),
    copy: action("copy", "copyAnswer"),
    share: action("share", "share"),
    again: action("again", "askAgain"),
    edit: action("edit", "edit"),
  };
  const { question, text, status, note, trouble, sources, copy, share, again, edit, feedback } = parts;
  const tools = element("div", { class: "tools" }, [copy, share, again, edit, feedback]);
  parts.root = element("article", { class: "turn" }, [question, text, status, note, trouble, sources, tools]);
  return parts;
}
