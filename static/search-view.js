/** The searching half of the box: a combobox whose first row asks and whose other rows are found sections. */

import { closeButton } from "./close-button.js";
import { button, drawing, element } from "./dom.js";
import { ASK, ENTER, SEARCH, SECTION } from "./icons.js";
import { excerptOf, titleOf } from "./source-cards.js";

const TYPING_PAUSE_MS = 120;
const MAX_HITS = 8;
const MAX_QUERY_CHARS = 1000; // the server's default limit
const INVITATION = "Search the pages, or ask a question in your own words.";


export class SearchView {
  #room;
  #input;
  #list;
  #note;
  #rows = [];
  #active = 0;
  #hits = [];
  #request = 0;
  #pause = 0;
  #underway = new AbortController();

  /** @param {import("./box.js").Room} room */
  constructor(room) {
    this.#room = room;
    this.#input = searchInput(room.placeholder);
    this.#list = element("div", { id: "hits", role: "listbox", "aria-label": "Sections", part: "hits" });
    this.#note = element("p", { class: "note" });
    this.root = this.#furnish();
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {string} [query] to be edited */
  show(query) {
    this.root.hidden = false;
    if (query !== undefined) this.#input.value = query;
    this.#typed();
    this.#input.focus();
    this.#input.select();
  }

  escape() {
    return false;
  }

  hide() {
    this.root.hidden = true;
    this.leave();
  }

  /** Drops what is under way. */
  leave() {
    clearTimeout(this.#pause);
    this.#request += 1;
    this.#underway.abort();
  }

  #furnish() {
    const leave = closeButton();
    leave.addEventListener("click", () => this.#room.close());
    const keys = [["↵", "choose"], ["↑↓", "move"], ["esc", "close"]].map(([key, does]) =>
      element("span", {}, [element("kbd", {}, [key]), ` ${does}`]));
    return element("section", { class: "view", part: "search" }, [
      element("header", { class: "bar" }, [drawing(SEARCH), this.#input, leave]),
      element("div", { class: "body" }, [this.#list, this.#note]),
      element("footer", { class: "foot keys", "aria-hidden": "true" }, keys),
    ]);
  }

  get #query() {
    return this.#input.value.trim();
  }

  #typed() {
    this.leave();
    const query = this.#query;
    if (!query) this.#hits = [];
    this.#say(query || this.#room.suggestions().length > 0 ? "" : INVITATION);
    this.#fill();
    // Hits already shown stay until new ones come: an empty moment between two letters would flicker.
    if (query) this.#pause = setTimeout(() => this.#search(this.#input.value), TYPING_PAUSE_MS);
  }

  async #search(query) {
    const number = (this.#request += 1);
    this.#underway = new AbortController();
    let found = false;
    try {
      for await (const { hits } of this.#room.client.search(query, { limit: MAX_HITS, signal: this.#underway.signal })) {
        if (number !== this.#request) return;
        this.#found(hits);
        found = true;
      }
    } catch {
      // What was found by words stays when only the meaning cannot be had.
      if (number === this.#request && !found) this.#lost();
    }
  }

  #found(hits) {
    this.#hits = hits;
    this.#say(hits.length ? "" : "No section matches these words.");
    this.#room.announce(hits.length === 1 ? "1 section found" : `${hits.length || "No"} sections found`);
    this.#fill(this.#active);
  }

  #lost() {
    this.#hits = [];
    this.#say("The search cannot be reached right now.");
    this.#room.announce(this.#note.textContent);
    this.#fill();
  }

  #say(text) {
    this.#note.textContent = text;
    this.#note.hidden = text === "";
  }

  #fill(active = 0) {
    const questions = this.#query ? [this.#query] : this.#room.suggestions();
    this.#rows = [...questions.map((each) => this.#askRow(each)), ...this.#hits.map((hit) => this.#hitRow(hit))];
    this.#rows.forEach((row, index) => (row.id = `row-${index}`));
    this.#list.replaceChildren(...this.#rows);
    this.#input.setAttribute("aria-expanded", String(this.#rows.length > 0));
    this.#activate(active);
  }

  #askRow(question) {
    const label = this.#query ? ["Ask: ", element("b", {}, [`"${question}"`])] : [question];
    const row = button({ class: "row ask", role: "option", tabindex: "-1", part: "ask" }, [
      drawing(ASK),
      element("span", { class: "row-title" }, label),
      drawing(ENTER),
    ]);
    return this.#wired(row, () => this.#room.ask(question, this.#hits));
  }

  #hitRow(hit) {
    const away = hit.href && new URL(hit.href).origin !== location.origin;
    const linked = hit.href ? { href: hit.href, ...(away && { target: "_blank", rel: "noopener" }) } : {};
    const look = { class: "row", role: "option", tabindex: "-1", part: "hit", ...linked };
    const row = element(hit.href ? "a" : "div", look, [
      drawing(SECTION),
      element("span", { class: "row-text" }, [
        element("span", { class: "row-title" }, titleOf(hit)),
        element("span", { class: "excerpt" }, excerptOf(hit)),
      ]),
      drawing(ENTER),
    ]);
    // The page may only have moved to another anchor: the box must not stay in front of it.
    return this.#wired(row, () => this.#room.close());
  }

  #wired(row, act) {
    row.addEventListener("click", act);
    row.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    row.addEventListener("mousemove", () => this.#activate(this.#rows.indexOf(row), { scroll: false }));
    return row;
  }

  #activate(index, { scroll = true } = {}) {
    this.#active = Math.max(0, Math.min(index, this.#rows.length - 1));
    this.#rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === this.#active)));
    const row = this.#rows[this.#active];
    if (!row) return this.#input.removeAttribute("aria-activedescendant");
    this.#input.setAttribute("aria-activedescendant", row.id);
    if (scroll) row.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    // Enter that ends a composition (Japanese, Chinese, …) chooses a word, not a row.
    if (event.isComposing || event.keyCode === 229) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && this.#rows.length > 0) {
      event.preventDefault();
      this.#activate((this.#active + moves[event.key] + this.#rows.length) % this.#rows.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#choose(event);
    }
  }

  #choose({ metaKey, ctrlKey }) {
    const init = { bubbles: true, cancelable: true, composed: true, metaKey, ctrlKey };
    this.#rows[this.#active]?.dispatchEvent(new MouseEvent("click", init));
  }
}

function searchInput(placeholder) {
  return element("input", {
    placeholder,
    "aria-label": placeholder,
    type: "text",
    role: "combobox",
    part: "input",
    maxlength: MAX_QUERY_CHARS,
    enterkeyhint: "search",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-controls": "hits",
    "aria-expanded": "false",
  });
}
