/**
 * The answering half of the box: a conversation, its turns one below the other, and a field for the next question.
 * Its `data-state` is that of the last turn. The tab's memory has the turns, so that a reload, or the site's next
 * page, shows them again and goes on with the one that was being written.
 */

import { showSourcesAt } from "./citations.js";
import { closeButton } from "./close-button.js";
import { button, drawing, element } from "./dom.js";
import { BACK, SEND } from "./icons.js";
import { Turn } from "./turn.js";

const BOTTOM_PX = 40; // nearer to the end than this counts as reading along

export class AnswerView {
  #room;
  #parts;
  #turns = [];
  #conversation;
  #goesOn = false;

  /** @param {import("./box.js").Room} room */
  constructor(room) {
    this.#room = room;
    this.#parts = viewParts(room.say);
    this.root = this.#parts.root;
    this.root.hidden = !room.memory.read().turns?.length;
    showSourcesAt(this.root);
    this.#listen();
  }

  show() {
    this.root.hidden = false;
    this.#goesOn = false;
    if (this.#turns.length === 0) this.#restore();
    for (const turn of this.#turns) turn.comeBack();
    this.#parts.body.focus();
  }

  /** The reader turns away from the conversation: it ends. */
  hide() {
    if (this.root.hidden) return;
    this.root.hidden = true;
    this.#clear();
    this.changed();
  }

  /**
   * Begins a conversation.
   *
   * @param {string} query
   * @param {import("./client.js").Source[]} nearest what to offer when no answer and no sources come
   */
  ask(query, nearest) {
    this.#clear();
    this.#add({ query }, nearest).ask();
  }

  escape() {
    const last = this.#turns.at(-1);
    if (last?.isRunning) last.stop();
    else this.#room.search();
    return true;
  }

  /** Without an end to what is being written: it is resumed where the element is shown next. */
  leave() {
    for (const turn of this.#turns) turn.leave();
  }

  /** Keeps what was written. */
  stop() {
    if (!this.#goesOn) for (const turn of this.#turns) turn.stop();
    this.#goesOn = false;
  }

  /** @returns {string | undefined} for what is asked next */
  get conversation() {
    return this.#conversation;
  }

  /** A turn tells of another state or another record of itself. @param {string} [conversation] */
  changed(conversation = this.#conversation) {
    this.#conversation = conversation;
    this.root.dataset.state = this.#turns.at(-1)?.state ?? "";
    const turns = this.#turns.map((turn) => turn.record).filter(({ id }) => id);
    this.#room.memory.write({ turns, conversation });
  }

  /** The server has forgotten a turn. */
  drop(turn) {
    turn.root.remove();
    this.#turns = this.#turns.filter((each) => each !== turn);
    this.changed();
    if (this.#turns.length === 0) this.#room.search();
  }

  /** Lets a turn grow, and stays at the end where the reader was there. @param {() => void} change */
  grow(change) {
    const { body } = this.#parts;
    const readingAlong = body.scrollHeight - body.scrollTop - body.clientHeight < BOTTOM_PX;
    change();
    if (readingAlong) body.scrollTop = body.scrollHeight;
  }

  /** A control about to disappear must not take the focus with it. */
  keepFocus() {
    if (this.root.getRootNode().activeElement?.checkVisibility() === false) this.#parts.body.focus();
  }

  #restore() {
    const { turns = [], conversation } = this.#room.memory.read();
    this.#conversation = conversation;
    for (const turn of turns.map((record) => this.#add(record))) turn.resume();
  }

  #add(record, nearest) {
    const turn = new Turn(this.#room, { thread: this, record, nearest });
    const { body } = this.#parts;
    body.append(turn.root);
    body.scrollTop = body.scrollHeight;
    this.#turns.push(turn);
    return turn;
  }

  #clear() {
    this.stop();
    for (const turn of this.#turns) turn.root.remove();
    this.#turns = [];
    this.#conversation = undefined;
  }

  #listen() {
    const { back, afresh, close, body, foot, field, stop } = this.#parts;
    back.addEventListener("click", () => this.#room.search());
    afresh.addEventListener("click", () => this.#room.search(""));
    close.addEventListener("click", () => this.#room.close());
    stop.addEventListener("click", () => this.stop());
    body.addEventListener("click", (event) => this.#clicked(event));
    field.addEventListener("keydown", (event) => this.#key(event));
    foot.addEventListener("submit", (event) => this.#submit(event));
  }

  /** A link that leads away in this tab: the box steps aside, and the answer goes on. */
  #clicked({ target, defaultPrevented, metaKey, ctrlKey, shiftKey }) {
    const link = target.closest("a");
    if (!link || link.target || defaultPrevented || metaKey || ctrlKey || shiftKey) return;
    this.#goesOn = true;
    this.#room.close();
  }

  #key(event) {
    // Enter that ends a composition (Japanese, Chinese, …) chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#parts.foot.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const { field } = this.#parts;
    const query = field.value.trim();
    if (!query || this.#turns.at(-1)?.isRunning) return;
    field.value = "";
    this.#add({ query }).ask();
  }
}

function viewParts(say) {
  const parts = {
    back: button({ class: "icon-button", "aria-label": say("back"), part: "back" }, [drawing(BACK)]),
    afresh: button({ class: "quiet afresh" }, [say("newQuestion")]),
    close: closeButton(),
    body: element("div", { class: "body", tabindex: "0", role: "region", "aria-label": say("conversation") }),
    field: element("textarea", { rows: 1, "aria-label": say("followUp"), placeholder: say("followUp"), enterkeyhint: "send" }),
    stop: button({ class: "action stop" }, [say("stop")]),
  };
  const send = element("button", { class: "icon-button send", "aria-label": say("send") }, [drawing(SEND)]);
  parts.foot = element("form", { class: "foot" }, [parts.field, parts.stop, send]);
  parts.root = element("section", { class: "view answer", part: "answer" }, [
    element("header", { class: "bar" }, [parts.back, parts.afresh, parts.close]),
    parts.body,
    parts.foot,
  ]);
  return parts;
}
