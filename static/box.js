/**
 * The box behind the button: a dialog with one of two views in it, the search or the conversation. Each view is a class
 * with `root`, `show()`, `hide()` and `escape()`, which says whether Escape meant something to it.
 *
 * @typedef {object} Room what a view may ask of the box it stands in
 * @property {ReturnType<typeof import("./client.js").createClient>} client
 * @property {(key: string, values?: object) => string} say the text for a key of strings.js
 * @property {import("./memory.js").Memory} memory
 * @property {import("./memory.js").Memory} recent queries of this browser, in `queries`
 * @property {string} placeholder
 * @property {() => string[]} suggestions
 * @property {(query: string, nearest: import("./client.js").Source[]) => void} ask turns to the conversation
 * @property {(query?: string) => void} search turns to the search, with a query to edit
 * @property {() => void} close
 * @property {(text: string) => void} announce
 * @property {(name: string, detail: object) => void} tell an event for the page
 */

import { AnswerView } from "./answer-view.js";
import { createClient } from "./client.js";
import { element } from "./dom.js";
import { styleSheets } from "./looks.js";
import { Memory } from "./memory.js";
import { SearchView } from "./search-view.js";
import { loadStrings } from "./strings.js";

/**
 * @param {import("./widget.js").LecternSearch} host
 * @returns {Promise<Box>}
 */
export async function openBox(host) {
  const language = host.setting("language") || host.closest("[lang]")?.lang || navigator.language;
  return new Box(host, await loadStrings(language, host.strings));
}

class Box {
  #host;
  #dialog;
  #live;
  #searching;
  #answering;

  constructor(host, say) {
    this.#host = host;
    const room = this.#room(say);
    this.#searching = new SearchView(room);
    this.#answering = new AnswerView(room);
    this.#live = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
    const frame = element("div", { class: "frame" }, [this.#searching.root, this.#answering.root, this.#live]);
    this.#dialog = element("dialog", { part: "dialog", "aria-label": say("title") }, [frame]);
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.addEventListener("cancel", (event) => this.#escape(event));
    this.#dialog.addEventListener("click", ({ target }) => target === this.#dialog && this.close());
    host.shadowRoot.adoptedStyleSheets.push(...styleSheets());
    host.shadowRoot.append(this.#dialog);
  }

  open() {
    if (this.#dialog.open) return;
    this.#dialog.showModal();
    if (this.#answering.root.hidden) this.#search();
    else this.#answering.show();
  }

  close() {
    this.#dialog.close();
  }

  /** The hotkey: opens the box, turns back to the search, or closes it. */
  toggle() {
    if (!this.#dialog.open) this.open();
    else if (this.#searching.root.hidden) this.#search();
    else this.close();
  }

  ask(query) {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#ask(query, []);
  }

  /** The page takes the element away, perhaps to show another one: an answer goes on and can be resumed. */
  leave() {
    this.#answering.leave();
    this.close();
  }

  #room(say) {
    const host = this.#host;
    return {
      client: createClient({ endpoint: host.endpoint, site: host.setting("site") }),
      say,
      memory: new Memory(`${host.endpoint}${host.setting("site")}`),
      recent: new Memory(`${host.endpoint}${host.setting("site")}:recent`, "localStorage"),
      placeholder: host.setting("placeholder") || say("placeholder"),
      suggestions: () => host.suggestions ?? [],
      ask: (query, nearest) => this.#ask(query, nearest),
      search: (query) => this.#search(query),
      close: () => this.close(),
      announce: (text) => (this.#live.textContent = text),
      tell: (name, detail) => host.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })),
    };
  }

  #ask(query, nearest) {
    this.#searching.hide();
    this.#answering.show();
    this.#answering.ask(query, nearest);
  }

  #search(query) {
    this.#answering.hide();
    this.#searching.show(query);
  }

  /** Escape stops, then goes back, then closes. */
  #escape(event) {
    const view = this.#searching.root.hidden ? this.#answering : this.#searching;
    if (view.escape()) event.preventDefault();
  }

  /** The event comes late: a box that was opened again meanwhile is left alone. */
  #closed() {
    if (this.#dialog.open) return;
    this.#searching.leave();
    this.#answering.stop();
  }
}
