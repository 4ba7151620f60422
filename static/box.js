/**
 * The box behind the button: a dialog with one of two views in it, the search or the conversation. Each view is a class
 * with `root`, `show()` and `hide()`.
 *
 * @typedef {object} Room what a view may ask of the box it stands in
 * @property {ReturnType<typeof import("./client.js").createClient>} client
 * @property {(key: string, values?: object) => string} say the text for a key of strings.js
 * @property {import("./memory.js").Memory} memory
 * @property {import("./memory.js").Memory} recent queries of this browser, in `queries`
 * @property {string} placeholder
 * @property {() => Promise<string[]>} suggestions the element's own, or else those of the site
 * @property {(query: string, nearest: import("./client.js").Source[]) => void} ask turns to the conversation
 * @property {() => void} converse turns to the conversation that was left
 * @property {(query?: string) => void} search turns to the search, with a query to edit
 * @property {() => void} close also stops the answer; a followed link closes the box without that, and by itself
 * @property {(text: string) => void} announce
 * @property {(name: string, detail: object) => void} tell an event for the page
 */

// Nearest the neighbours that they resemble: in this order they compress best once they are joined.
import { css, element } from "./dom.js";
import { SHEETS, SMALL_SCREEN } from "./looks.js";
import { AnswerView } from "./answer-view.js";
import { SearchView } from "./search-view.js";
import { speaker } from "./strings.js";
import { Memory } from "./memory.js";
import { createClient } from "./client.js";

const HUSH_MS = 100; // a guess: screen readers notice that a region was emptied

export class Box {
  isOpen = false;
  #host;
  #dialog;
  #sheet = css``;
  #live = element("p", { class: "unseen", role: "status" });
  #searching;
  #answering;
  #site = null;
  #saying = 0;
  #pressed = null;
  #before = null;
  #last = new Memory("open");
  #place = "";
  #watching = new AbortController();

  /**
   * @param {import("./widget.js").LecternSearch} host
   * @param {Record<string, string | Record<string, string>>} texts what `strings/<language>.js` has
   */
  constructor(host, texts) {
    this.#host = host;
    const say = speaker(host, texts);
    const room = this.#room(say);
    this.#searching = new SearchView(room);
    this.#answering = new AnswerView(room);
    const dir = host.language === "ar" && "rtl"; // else the page's
    const parts = [this.#searching.root, this.#answering.root, this.#live];
    this.#dialog = element("dialog", { part: "dialog", "aria-label": room.placeholder, tabindex: "-1", dir }, parts);
    this.#listen();
    host.shadowRoot.adoptedStyleSheets.push(...SHEETS, this.#sheet);
    host.shadowRoot.append(this.#dialog);
    this.#watch();
  }

  /**
   * @param {object} [how]
   * @param {string} [how.typed] what was typed before the box was there, or in the one it replaces
   * @param {boolean} [how.isStill] whether it was open before, and appears without a motion
   */
  open({ typed, isStill } = {}) {
    if (this.isOpen || !this.#host.isConnected) return;
    this.#appear(isStill);
    if (typed || this.#answering.root.hidden) return this.#search(typed);
    this.#converse();
  }

  /** As the reader means it: what is being written stops. */
  close() {
    if (!this.isOpen) return;
    this.leave();
    this.#answering.stop();
    this.#remember();
  }

  /** The hotkey: opens the box, turns back to the search, or closes it. */
  toggle() {
    if (!this.isOpen) this.open();
    else if (this.#searching.root.hidden) this.#search();
    else this.close();
  }

  ask(query) {
    this.#appear();
    this.#ask(query, []);
  }

  /** The page goes, or shows another one: an answer goes on and can be resumed. */
  leave() {
    this.isOpen = false;
    this.#searching.leave();
    if (this.#dialog.open) return this.#dialog.close();
    if (!this.#dialog.matches(":popover-open")) return;
    if (this.#dialog.matches(":focus-within")) this.#before.focus({ preventScroll: true });
    this.#dialog.hidePopover();
  }

  /** The element stands elsewhere, or nowhere: a dialog that is taken out loses its place above the page. */
  moved() {
    const { isOpen } = this;
    this.leave();
    this.#watch();
    if (isOpen) this.open({ typed: this.typed, isStill: true });
  }

  get typed() {
    return this.#searching.typed;
  }

  #room(say) {
    const host = this.#host;
    const key = `${host.endpoint}${host.setting("site")}`;
    const client = createClient({ endpoint: host.endpoint, site: host.setting("site") });
    const ofSite = () => client.site().then((site) => site.suggested_questions, () => ((this.#site = null), []));
    return {
      client,
      say,
      memory: new Memory(key),
      recent: new Memory(key, "localStorage"),
      placeholder: host.placeholder,
      suggestions: async () => host.suggestions ?? (this.#site ??= ofSite()),
      ask: (query, nearest) => this.#ask(query, nearest),
      converse: () => this.#converse(),
      search: (query) => this.#search(query),
      close: () => this.close(),
      announce: (text) => this.#announce(text),
      tell: (name, detail) => host.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })),
    };
  }

  #listen() {
    const dialog = this.#dialog;
    dialog.addEventListener("close", () => dialog.open || this.close());
    dialog.addEventListener("cancel", (event) => this.#escape(event)); // Android's Back
    dialog.addEventListener("pointerdown", ({ target }) => (this.#pressed = target));
    dialog.addEventListener("click", (event) => this.#clicked(event));
    // Seen from the page, letters typed in here come from no field: it would take them for hotkeys of its own.
    for (const type of ["keydown", "keypress", "keyup"]) dialog.addEventListener(type, (event) => this.#key(event));
  }

  /** While it is on the page: the window would keep a box that has left it, with its answers. */
  #watch() {
    this.#watching.abort();
    if (!this.#host.isConnected) return;
    const { signal } = (this.#watching = new AbortController());
    for (const type of ["resize", "scroll"]) window.visualViewport.addEventListener(type, () => this.#fit(), { signal });
    const back = ({ persisted }) => {
      if (!persisted) return;
      this.#answering.forget(); // other pages may have gone on with the conversation
      this.isOpen ||= this.#place && this.#place === this.#last.read().place;
      this.moved();
    };
    window.addEventListener("pageshow", back, { signal });
  }

  #key(event) {
    event.stopPropagation();
    if (event.type !== "keydown" || event.isComposing) return;
    if (event.key !== "Escape") this.#host.press(event);
    else if (!event.defaultPrevented) this.#escape(event);
  }

  /** Escape goes back, then closes. */
  #escape(event) {
    event.preventDefault();
    if (this.#searching.root.hidden) this.#answering.escape();
    else this.close();
  }

  #clicked(event) {
    const { target, metaKey, ctrlKey, shiftKey } = event;
    if (target === this.#dialog && this.#pressed === target) return this.close();
    const link = target.closest("a[href]:not([target])");
    if (!link || metaKey || ctrlKey || shiftKey || !this.#dialog.matches(":modal")) return;
    this.leave();
    // Where the page stays and shows another one itself, the box is closed; else Back opens it again.
    setTimeout(() => (event.defaultPrevented || link.pathname === location.pathname) && this.#remember());
  }

  #appear(isStill) {
    if (this.isOpen) return;
    const dialog = this.#dialog;
    const position = matchMedia(SMALL_SCREEN).matches ? "" : this.#host.setting("position");
    this.isOpen = true;
    this.#before = this.#host.shadowRoot.activeElement ?? document.activeElement;
    dialog.className = isStill ? `${position} still` : position;
    dialog.popover = position === "panel" ? "manual" : null; // above the page, which stays usable
    if (position === "panel") dialog.showPopover();
    else if (position === "inline") dialog.show();
    else dialog.showModal();
  }

  #ask(query, nearest) {
    this.#answering.ask(query, nearest);
    this.#converse();
  }

  #converse() {
    this.#searching.hide();
    this.#answering.show();
    this.#remember();
  }

  #search(query) {
    this.#answering.hide();
    this.#searching.show(query);
    this.#remember();
  }

  /** The loader reads it where the page is loaded again. */
  #remember() {
    this.#place = this.isOpen && this.#searching.root.hidden ? location.href : "";
    this.#last.write({ place: this.#place });
  }

  /** Emptied before, so that the same words are read again. */
  #announce(text) {
    clearTimeout(this.#saying);
    this.#live.textContent = "";
    this.#saying = setTimeout(() => (this.#live.textContent = text), HUSH_MS);
  }

  /** A phone's keyboard covers the page without making it smaller. */
  #fit() {
    const { scale, height, offsetTop } = window.visualViewport;
    if (scale === 1) this.#sheet.replaceSync(`dialog { --_height: ${height}px; --_top: ${offsetTop}px }`);
  }
}
