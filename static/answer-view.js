/**
 * The answering half of the box: a conversation, its turns one below the other, and a field for the next question.
 * Its `data-state` is that of the last turn: `thinking` or `writing` while there is something to stop. The tab's memory
 * has the turns, so that a reload, or the site's next page, shows them again and goes on with the one that was being
 * written.
 */

import { closeButton } from "./close-button.js";
import { BACK, SEND } from "./icons.js";
import { Turn } from "./turn.js";
import { showSourcesIn } from "./citations.js";
import { button, drawing, element } from "./dom.js";

const AT_ONCE_MS = 500; // a guess: what fills the view by then is not read as fast as it comes
const BOTTOM_PX = 40; // nearer to the end than this counts as reading along

export class AnswerView {
  #room;
  #body;
  #field;
  #turns = [];
  #conversation;
  #soon;

  /** @param {import("./box.js").Room} room */
  constructor(room) {
    this.#room = room;
    this.root = this.#furnish(room.say);
    const { turns = [], isLeft } = room.memory.read();
    this.root.hidden = isLeft || !turns.length;
    showSourcesIn(this.root);
  }

  show() {
    this.root.hidden = false;
    const { turns = [], conversation } = this.#last ? {} : this.#room.memory.read();
    this.#conversation ??= conversation;
    for (const turn of turns.map((record) => this.#add(record))) turn.resume();
    this.changed();
    this.#body.focus();
  }

  /** The reader turns away from the conversation, and may come back to it. */
  hide() {
    if (this.root.hidden) return;
    this.root.hidden = true;
    this.stop();
    this.#room.memory.write({ isLeft: true }); // what was not shown here is remembered as it is
  }

  /**
   * Begins a conversation.
   *
   * @param {string} query
   * @param {import("./client.js").Source[]} nearest what to offer when no answer and no sources come
   */
  ask(query, nearest) {
    this.stop();
    this.forget();
    this.#add({ query }, nearest).ask();
  }

  /** What is shown next comes out of the tab's memory. */
  forget() {
    this.#turns = [];
    this.#body.replaceChildren();
    this.#conversation = undefined;
  }

  /** Hides what a citation shows, stops, then goes back. */
  escape() {
    const peek = this.root.querySelector(":popover-open");
    if (peek) peek.hidePopover();
    else if (this.#last?.isRunning) this.#last.stop();
    else this.#room.search();
  }

  /** Keeps what was written. */
  stop() {
    this.#last?.stop();
  }

  /** @returns {string | undefined} for what the last turn asks; who asks again begins anew */
  get conversation() {
    return this.#turns.length > 1 ? this.#conversation : undefined;
  }

  /** A turn has another state, or more to remember. @param {string} [conversation] */
  changed(conversation = this.#conversation) {
    this.#conversation = conversation;
    this.root.dataset.state = this.#last?.state ?? "";
    // By now the page may show another element, which remembers for itself.
    if (!this.root.isConnected) return;
    const turns = this.#turns.filter(({ record, isRunning }) => record.id || isRunning).map(({ record }) => record);
    this.#room.memory.write({ turns, conversation, isLeft: this.root.hidden });
    // A control that has just disappeared must not take the focus with it.
    if (this.root.getRootNode().activeElement?.checkVisibility() === false) this.#body.focus();
  }

  /** The server has forgotten a turn. */
  drop(turn) {
    turn.root.remove();
    this.#turns = this.#turns.filter((each) => each !== turn);
    this.changed();
    if (!this.#last && !this.root.hidden) this.#room.search();
  }

  /**
   * Lets a turn grow, and stays at the end where the reader was there. What comes at once is read from its question on.
   *
   * @param {() => void} change
   */
  grow(change) {
    const body = this.#body;
    const readingAlong = body.scrollHeight - body.scrollTop - body.clientHeight < BOTTOM_PX;
    change();
    const end = Date.now() < this.#soon ? this.#last.root.offsetTop - body.offsetTop : body.scrollHeight;
    if (readingAlong) body.scrollTop = end;
  }

  get #last() {
    return this.#turns.at(-1);
  }

  #add(record, nearest) {
    const turn = new Turn(this.#room, { thread: this, record, nearest });
    this.#turns.push(turn);
    this.#soon = Date.now() + AT_ONCE_MS;
    this.#body.append(turn.root);
    this.#body.scrollTop = this.#body.scrollHeight;
    return turn;
  }

  #submit(event) {
    event.preventDefault();
    const query = this.#field.value.trim();
    if (!query || this.#last?.isRunning) return;
    this.#field.value = "";
    this.#add({ query }).ask();
  }

  #furnish(say) {
    const room = this.#room;
    const label = say("followUp");
    this.#field = element("textarea", { rows: 1, maxlength: 1000, "aria-label": label, placeholder: label, enterkeyhint: "send" });
    this.#body = element("div", { class: "body", tabindex: 0, role: "region", "aria-label": say("conversation") });
    const foot = element("form", { class: "foot" }, [
      this.#field,
      button({ class: "action stop" }, [say("stop")], () => this.#last.stop()),
      element("button", { class: "icon-button send", "aria-label": say("send") }, [drawing(SEND)]),
    ]);
    foot.addEventListener("submit", (event) => this.#submit(event));
    this.#field.addEventListener("keydown", (event) => sendAtEnter(event, foot));
    return element("section", { class: "view answer", part: "answer" }, [
      element("header", { class: "bar" }, [
        button({ class: "icon-button", "aria-label": say("back"), part: "back" }, [drawing(BACK)], () => room.search()),
        button({ class: "afresh" }, [say("newQuestion")], () => room.search("")),
        closeButton(room),
      ]),
      this.#body,
      foot,
    ]);
  }
}

function sendAtEnter(event, form) {
  // Enter that ends a composition (Japanese, Chinese, …) chooses a word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
}
