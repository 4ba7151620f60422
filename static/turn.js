/**
 * One question of a conversation and its answer as it grows, the sources, and what to do next. Its `data-state` is
 * `thinking`, `writing`, `done`, `stopped` or `error`, and empty until an answer given before is there again; the style
 * shows parts by it.
 */

import { copyCode, copyText } from "./clipboard.js";
import { MarkdownStream } from "./markdown.js";
import { citationOf } from "./citations.js";
import { feedbackOn } from "./feedback.js";
import { button, element } from "./dom.js";
import { sourceCard } from "./source-cards.js";

const MAX_PAGE_CHARS = 1000; // what the server takes
const FRAME_CHARS = 4000; // of a table: 150 rows, which took 25 ms with their layout in November 2026

export class Turn {
  #room;
  #thread;
  #nearest;
  #parts;
  #found;
  #text;
  #waiting;
  #frame = 0;
  #markdown;
  /** While it is being written. */
  #answer = null;

  /**
   * @param {import("./box.js").Room} room
   * @param {object} given
   * @param {import("./answer-view.js").AnswerView} given.thread
   * @param {{query: string, id?: string, asked?: object, isTold?: boolean, rating?: string | null}} given.record what
   *   the tab remembers: `asked` until there is an `id`
   * @param {import("./client.js").Source[]} [given.nearest]
   */
  constructor(room, { thread, record, nearest = [] }) {
    this.record = record;
    this.#room = room;
    this.#thread = thread;
    this.#nearest = nearest;
    this.#parts = this.#furnish(room.say);
    this.root = this.#parts.root;
  }

  get state() {
    return this.root.dataset.state;
  }

  /** One that was told of is only shown again: there is nothing to stop. */
  get isRunning() {
    return this.#answer && !this.record.isTold;
  }

  /** @param {boolean} [fresh] an answer given before will not do */
  ask(fresh) {
    const asked = { conversation: this.#thread.conversation, fresh, page: location.pathname.slice(0, MAX_PAGE_CHARS) };
    this.record = { query: this.record.query, asked };
    this.resume();
  }

  /** Keeps what was written. */
  stop() {
    if (!this.isRunning) return;
    this.#answer.stop();
    this.#finish("stopped");
  }

  /** Follows the answer, here or on the next page. Where no id was heard the question is sent again, and answered once. */
  async resume() {
    const { query, id, asked } = this.record;
    const { client } = this.#room;
    const answer = id ? client.resume(id) : client.ask(query, asked);
    if (!id) asked.key = answer.key;
    this.#answer = answer;
    this.#begin();
    for await (const event of answer) {
      if (this.#answer !== answer) return;
      this.#hear[event.type](event);
      // What comes all at once, as after a reload, must not hold up the page; a hidden one has no frames.
      while (this.#waiting.length > FRAME_CHARS) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (this.#answer === answer) this.#flush(FRAME_CHARS);
      }
    }
  }

  #hear = {
    asked: ({ id, conversation }) => {
      this.record.id = id;
      this.#room.tell("lectern-ask", { query: this.record.query, id, conversation });
      this.#thread.changed(conversation);
    },
    sources: (found) => {
      this.#found = found;
      if (found.sources.length) this.#say("reading", { n: found.sources.length });
    },
    text: ({ text }) => {
      this.#text += text;
      // The nearest sections, which a refusal lists, stand below.
      this.#waiting += this.#found.isRefusal ? text.split("\n")[0] : text;
      if (this.state === "thinking") this.#enter("writing");
      this.#flushSoon();
    },
    lost: () => this.#room.announce(this.#say("lost")),
    done: ({ reason, trouble }) => {
      if (this.record.id && trouble?.status === 404) this.#thread.drop(this);
      else this.#finish(reason, trouble);
    },
  };

  #begin() {
    const { text, note, trouble, feedback, sources } = this.#parts;
    const { say, announce } = this.#room;
    this.#found = { sources: [] };
    this.#text = this.#waiting = "";
    for (const part of [text, note, trouble, sources]) part.replaceChildren();
    feedback.replaceChildren(...feedbackOn(this.record, this.#room, () => this.#thread.changed()));
    this.#markdown = new MarkdownStream(text, {
      base: document.baseURI,
      copy: say("copy"),
      table: say("table"),
      citation: (number) => this.#cite(number),
    });
    this.#enter(this.isRunning ? "thinking" : "");
    announce(this.#say("thinking"));
  }

  #cite(number) {
    const source = this.#found.sources.find((each) => each.number === number);
    return source ? citationOf(source) : null;
  }

  /** At most one change per frame, however fast the deltas come. */
  #flushSoon() {
    this.#frame ||= requestAnimationFrame(() => this.#flush(FRAME_CHARS));
  }

  #flush(length = Infinity) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#thread.grow(() => {
      this.#say("writing");
      this.#markdown.push(this.#waiting.slice(0, length));
    });
    this.#waiting = this.#waiting.slice(length);
    if (this.#waiting) this.#flushSoon();
  }

  #finish(reason, trouble) {
    const { say, announce } = this.#room;
    this.#answer = null;
    this.#flush();
    this.#markdown.end();
    if (trouble) return this.#fail(trouble);
    const { sources } = this.#found;
    const isStopped = reason === "stopped";
    const note = say(reason === "stop" ? (this.#hasText ? "" : "empty") : reason);
    this.#parts.note.textContent = note;
    this.#enter(isStopped ? reason : "done");
    announce(note || say("complete", { n: sources.length }));
    if (!isStopped) this.#tell("lectern-answer", { text: this.#text, sources, reason });
    this.#offer();
  }

  #fail({ code, message, retryAfterSeconds: n }) {
    const { say, announce } = this.#room;
    const known = say(code === "unreachable" && !navigator.onLine ? "offline" : code);
    const words = [known || message, n && say("retryIn", { n })].filter(Boolean).join(" ");
    const heading = say(this.#hasText ? "brokeOff" : "noAnswer");
    this.#parts.trouble.append(
      element("h3", {}, [heading]),
      element("p", {}, [words]),
      button({ class: "action retry" }, [say("tryAgain")], () => this.ask()),
    );
    this.#enter("error");
    announce(`${heading}. ${words}`);
    this.#tell("lectern-error", { code, message: words });
    this.#offer();
  }

  /** A page is told of what no page was told of. */
  #tell(name, detail) {
    const { query, isTold } = this.record;
    if (isTold) return;
    this.record.isTold = true;
    this.#thread.changed();
    this.#room.tell(name, { query, ...detail });
  }

  /** What to read: the sources, or the nearest there is, with their excerpts. */
  async #offer() {
    const { client, say } = this.#room;
    const { sources, confidence } = this.#found;
    const name = this.#hasText && sources.length && confidence !== "none" ? "sources" : "nearest";
    const sections = [sources, this.#nearest].find(({ length }) => length)
      ?? await client.search(this.record.query).next().then(({ value }) => value.hits, () => []);
    // It may have been asked again meanwhile.
    if (this.isRunning || !sections.length) return;
    const list = element("ol", { class: name }, sections.map(sourceCard));
    this.#parts.sources.replaceChildren(element("h3", {}, [say(name)]), list);
  }

  get #hasText() {
    return this.#text.trim() !== "";
  }

  #say(key, values) {
    return (this.#parts.status.textContent = this.#room.say(key, values));
  }

  #enter(state) {
    const { root, text, copy } = this.#parts;
    this.#thread.grow(() => {
      root.dataset.state = state;
      text.ariaBusy = !!this.#answer;
      copy.hidden = !this.#hasText;
    });
    this.#thread.changed();
  }

  #furnish(say) {
    const { query } = this.record;
    const question = element("h2", { part: "question", dir: "auto" }, [query]);
    const text = element("div", { class: "prose", part: "text", dir: "auto" });
    const [status, note] = ["status", "note"].map((name) => element("p", { class: name }));
    const [trouble, sources, feedback] = ["trouble", "sources", "feedback"].map((name) => element("div", { class: name, part: name }));
    const tool = (name, act) => button({ class: name }, [say(name)], act);
    const copied = (what, pressed, shown) => copyText(what, pressed, shown, this.#room);
    const copy = tool("copy", () => copied(asMarkdown(this.#text, this.#found.sources), copy, text));
    const share = tool("share", () => copied(addressOf(this.#found.searchedQuery || query), share, question));
    const tools = element("div", { class: "tools" }, [
      copy,
      share,
      tool("again", () => this.ask(true)),
      tool("edit", () => this.#room.search(query)),
      feedback,
    ]);
    text.addEventListener("click", ({ target }) => copyCode(target, this.#room));
    const root = element("article", { class: "turn" }, [question, text, status, note, trouble, tools, sources]);
    return { root, text, status, note, trouble, sources, feedback, copy };
  }
}

/** The sources it cites are link definitions at its end, so that its `[1]` are links. */
function asMarkdown(text, sources) {
  const cited = sources.filter(({ number, href }) => href && text.includes(`[${number}]`));
  return [text.trim(), "", ...cited.map(({ number, href }) => `[${number}]: ${href}`)].join("\n");
}

/** The page's address, which asks the query when it is opened. */
function addressOf(query) {
  const address = new URL(location);
  address.hash = "";
  address.searchParams.set("ask", query);
  return address.href;
}
