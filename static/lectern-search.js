/**
 * `<lectern-search>`: a button and a ⌘K box that searches and asks one site's documentation.
 *
 *     <script type="module" src="https://lectern.example.com/static/lectern-search.js"></script>
 *     <lectern-search></lectern-search>
 *
 * Attributes
 *   endpoint     base address of the Lectern server; default: where this file came from
 *   placeholder  text of the button and of the empty field; default `Search or ask…`
 *   theme        `light` or `dark`; default: what the reader's system prefers
 *   hotkey       the letter that opens the box with ⌘ or Ctrl, beside `/`; default `k`; `off` for none
 *
 * Properties and methods
 *   suggestions  array of questions offered while nothing is typed
 *   open(), close(), ask(query)
 *
 * Events (bubbling, composed)
 *   lectern-ask     {query}
 *   lectern-answer  {query, text, sources, reason}, when an answer is complete
 *   lectern-error   {query, code, message}
 *
 * Slots
 *   button  replaces the button; a click on what is slotted opens the box
 *
 * Parts
 *   button, dialog, input, close, search, hits, ask, hit, answer, back, question, text, code, citation, trouble,
 *   sources, source
 *
 * Custom properties
 *   --lectern-accent, --lectern-on-accent, --lectern-background, --lectern-surface, --lectern-text,
 *   --lectern-muted, --lectern-border, --lectern-radius, --lectern-width, --lectern-font, --lectern-mono-font
 */

import { AnswerView } from "./answer-view.js";
import { search, streamAnswer } from "./client.js";
import { button, drawing, element } from "./dom.js";
import { SEARCH } from "./icons.js";
import { styleSheets } from "./looks.js";
import { SearchView } from "./search-view.js";

const HOME = new URL("..", import.meta.url); // this file is served from <endpoint>/static/
const DEFAULT_PLACEHOLDER = "Search or ask…";

export class LecternSearch extends HTMLElement {
  static observedAttributes = ["placeholder", "hotkey"];
  #parts;
  #searching;
  #answering;
  #connection = new AbortController();

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = styleSheets();
    const announce = (text) => (this.#parts.live.textContent = text);
    this.#searching = new SearchView({
      search: (query, options) => search(this.#endpoint, query, options),
      ask: (query, nearest) => this.#ask(query, nearest),
      close: () => this.close(),
      announce,
    });
    this.#answering = new AnswerView({
      stream: (query, listener, isFresh) => streamAnswer(this.#endpoint, query, listener, isFresh),
      back: () => this.#search(),
      close: () => this.close(),
      announce,
      tell: (name, detail) => this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })),
    });
    this.#parts = boxParts([this.#searching.root, this.#answering.root]);
    shadow.append(this.#parts.slot, this.#parts.dialog);
    this.#label();
  }

  connectedCallback() {
    const { slot, dialog } = this.#parts;
    this.#connection = new AbortController();
    const until = { signal: this.#connection.signal };
    document.addEventListener("keydown", (event) => this.#hotkey(event), until);
    slot.addEventListener("click", () => this.open(), until);
    dialog.addEventListener("close", () => this.#closed(), until);
    dialog.addEventListener("click", ({ target }) => target === dialog && this.close(), until);
  }

  disconnectedCallback() {
    this.#connection.abort();
    this.close();
    this.#closed();
  }

  attributeChangedCallback() {
    this.#label();
  }

  get suggestions() {
    return this.#searching.suggestions;
  }

  set suggestions(questions) {
    this.#searching.suggestions = questions.map(String);
  }

  /** Opens the box where the reader left it: at an answer, if there is one. */
  open() {
    if (this.#parts.dialog.open) return;
    this.#parts.dialog.showModal();
    if (this.#answering.root.hidden) this.#search();
    else this.#answering.show();
  }

  close() {
    if (this.#parts.dialog.open) this.#parts.dialog.close();
  }

  /** @param {string} query */
  ask(query) {
    this.#searching.query = query;
    if (!this.#parts.dialog.open) this.#parts.dialog.showModal();
    this.#ask(query, []);
  }

  #ask(query, nearest) {
    this.#searching.query = query;
    this.#searching.hide();
    this.#answering.show();
    this.#answering.ask(query, nearest);
  }

  #search() {
    this.#answering.hide();
    this.#searching.show();
  }

  /** The event comes late: a box that was opened again meanwhile is left alone. */
  #closed() {
    if (this.#parts.dialog.open) return;
    this.#searching.leave();
    this.#answering.stop();
  }

  #hotkey(event) {
    if (event.defaultPrevented || event.isComposing) return;
    if (isChord(event, this.#letter)) {
      event.preventDefault();
      this.#toggle();
    } else if (this.#letter && isSlash(event) && !isEditable(event.composedPath()[0])) {
      event.preventDefault();
      if (this.#parts.dialog.open) this.#search();
      else this.open();
    }
  }

  #toggle() {
    const searching = this.#parts.dialog.open && !this.#searching.root.hidden;
    if (searching) this.close();
    else if (this.#parts.dialog.open) this.#search();
    else this.open();
  }

  get #endpoint() {
    const given = this.getAttribute("endpoint");
    return given ? new URL(given, document.baseURI) : HOME;
  }

  /** Empty when there is no hotkey. */
  get #letter() {
    const given = this.getAttribute("hotkey") || "k";
    return given === "off" ? "" : given.toLowerCase();
  }

  #label() {
    const { text, keys, opener } = this.#parts;
    const placeholder = this.getAttribute("placeholder") || DEFAULT_PLACEHOLDER;
    this.#searching.placeholder = placeholder;
    text.textContent = placeholder;
    keys.hidden = !this.#letter;
    keys.textContent = `${isApple() ? "⌘" : "Ctrl "}${this.#letter.toUpperCase()}`;
    opener.setAttribute("aria-keyshortcuts", this.#letter ? `Meta+${this.#letter} Control+${this.#letter} /` : "");
  }
}

function boxParts(views) {
  const parts = {
    text: element("span", { class: "opener-text" }),
    keys: element("kbd", { "aria-hidden": "true" }),
    live: element("p", { class: "unseen", role: "status", "aria-live": "polite" }),
  };
  const look = { class: "opener", part: "button", "aria-haspopup": "dialog" };
  parts.opener = button(look, [drawing(SEARCH), parts.text, parts.keys]);
  parts.slot = element("slot", { name: "button" }, [parts.opener]);
  const frame = element("div", { class: "frame" }, [...views, parts.live]);
  parts.dialog = element("dialog", { part: "dialog", "aria-label": "Search and ask" }, [frame]);
  return parts;
}

function isChord(event, letter) {
  const { metaKey, ctrlKey, altKey, shiftKey, key } = event;
  return letter !== "" && metaKey !== ctrlKey && !altKey && !shiftKey && key.toLowerCase() === letter;
}

function isSlash({ key, metaKey, ctrlKey, altKey }) {
  return key === "/" && !metaKey && !ctrlKey && !altKey;
}

function isEditable(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

function isApple() {
  return /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);
}

if (!customElements.get("lectern-search")) customElements.define("lectern-search", LecternSearch);
