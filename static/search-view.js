/**
 * The searching half of the box: a combobox whose first row asks and whose other rows are found sections, a group for
 * each page. Where nothing is typed or found, the rows are recent queries and suggested questions.
 *
 * 1. ⌘Enter asks, whatever row is chosen: a new tab is opened by a click with ⌘ or the middle button.
 * 2. Home and End move the caret while the first row is chosen, as it is while one types; from other rows they go to
 *    the first and the last.
 * 3. Rows that are shown stay until new ones come: an empty moment between two letters would flicker.
 */

import { closeButton } from "./close-button.js";
import { drawing, element } from "./dom.js";
import { ASK, CLOSE, PAGE, SEARCH } from "./icons.js";
import { groupByPage, groupOf, headOf, hitRow, optionRow, stepsOf } from "./search-rows.js";

const TYPING_PAUSE_MS = 30; // a guess: letters that follow each other faster are one search
const READING_PAUSE_MS = 600; // as the client's
const ANNOUNCEMENT_PAUSE_MS = 1000; // a guess: screen readers speak the letters until then
const RETRY_SECONDS = 2; // a guess
const MAX_HITS = 10;
const MAX_RECENT = 8;
const MAX_QUERY_CHARS = 1000; // the server's default limit
const ROW = "[role=option]";

export class SearchView {
  #room;
  #input;
  #list;
  #note = element("p", { class: "note" });
  #rows = [];
  #active = 0;
  #hits = [];
  #suggestions = [];
  /** @type {Map<string, import("./client.js").Source[]>} by query; some kilobytes each, until the page is left */
  #kept = new Map();
  #search = 0;
  #announcement = 0;
  #underway = new AbortController();

  /** @param {import("./box.js").Room} room */
  constructor(room) {
    this.#room = room;
    this.#input = searchInput(room.placeholder);
    this.#list = element("div", { id: "hits", role: "listbox", "aria-label": room.say("hits"), part: "hits" });
    this.root = this.#furnish();
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    this.#list.addEventListener("mousemove", ({ target }) => this.#point(target.closest(ROW)));
    this.#list.addEventListener("click", ({ target }) => target.closest("a") && this.#remember(this.#query));
  }

  /** @param {string} [query] to be edited */
  show(query) {
    this.root.hidden = false;
    // What comes with a query follows it: letters may go on with those that were typed early.
    if (query === undefined) this.#input.select();
    else this.#input.value = query;
    this.#typed();
    this.#input.focus();
  }

  hide() {
    this.root.hidden = true;
    this.leave();
  }

  /** Drops what is under way. */
  leave() {
    clearTimeout(this.#search);
    clearTimeout(this.#announcement);
    this.#underway.abort();
  }

  #furnish() {
    const { say } = this.#room;
    const keys = { choose: "↵", move: "↑↓", ask: /mac|ip/i.test(navigator.platform) ? "⌘ ↵" : "Ctrl ↵" };
    const hints = Object.keys(keys).map((does) => element("span", {}, [element("kbd", {}, [keys[does]]), ` ${say(does)}`]));
    return element("section", { class: "view", part: "search" }, [
      element("header", { class: "bar" }, [drawing(SEARCH), this.#input, closeButton(this.#room)]),
      element("div", { class: "body" }, [this.#note, this.#list]),
      element("footer", { class: "foot keys", "aria-hidden": "true" }, hints),
    ]);
  }

  /** What stands in the field, while it is shown. */
  get typed() {
    return this.root.hidden ? "" : this.#input.value;
  }

  get #query() {
    return this.typed.trim();
  }

  #typed() {
    this.leave();
    this.#rows = []; // the first of the new ones is chosen
    if (!this.#query) return this.#begin();
    const query = this.typed.trimStart(); // white space at the end finishes a word
    const known = this.#kept.get(query);
    if (known) this.#found(query, known);
    else this.#fill();
    if (known?.some((hit) => hit.byMeaning)) return;
    this.#search = setTimeout(() => this.#seek(query), known ? READING_PAUSE_MS : TYPING_PAUSE_MS);
  }

  async #begin() {
    this.#hits = [];
    this.#say("");
    this.#fill();
    this.#suggestions = await this.#room.suggestions();
    if (this.#query) return;
    this.#fill();
    if (!this.#rows.length) this.#say("invitation");
  }

  async #seek(query) {
    this.leave();
    const { signal } = (this.#underway = new AbortController());
    try {
      for await (const { hits } of this.#room.client.search(query, { limit: MAX_HITS, signal })) {
        if (signal.aborted) return;
        this.#found(query, hits);
      }
    } catch (trouble) {
      // What was found by words stays when only the meaning cannot be had.
      if (!signal.aborted && !this.#kept.has(query)) this.#lost(query, trouble);
    }
  }

  #found(query, hits) {
    this.#kept.set(query, hits);
    this.#hits = hits;
    const n = hits.length;
    this.#say(n ? "" : "nothingFound");
    this.#announce(this.#room.say(n ? "found" : "nothingFound", { n }));
    this.#fill();
  }

  /** The last rows stay, and the search goes on as soon as it can. */
  #lost(query, { status, message, retryAfterSeconds }) {
    this.#say(status === 429 ? "searchBusy" : "unreachable");
    if (status === 404) this.#note.textContent = message; // for who wrote the page: the site's key is wrong
    this.#announce(this.#note.textContent);
    this.#search = setTimeout(() => this.#seek(query), 1000 * (retryAfterSeconds ?? RETRY_SECONDS));
  }

  #say(key) {
    this.#note.textContent = this.#room.say(key);
  }

  #announce(text) {
    clearTimeout(this.#announcement);
    this.#announcement = setTimeout(() => this.#room.announce(text), ANNOUNCEMENT_PAUSE_MS);
  }

  #fill() {
    const nameOfRow = (row) => row?.href ?? row?.textContent;
    const chosen = nameOfRow(this.#rows[this.#active]);
    const query = this.#query;
    const label = [`${this.#room.say("ask")}: “`, element("b", {}, [query]), "”"];
    const asking = query ? [this.#askRow(query, label)] : [];
    this.#list.replaceChildren(...asking, ...(this.#hits.length ? this.#pages() : this.#beginnings()));
    this.#rows = [...this.#list.querySelectorAll(ROW)];
    this.#rows.forEach((row, index) => (row.id = `row-${index}`));
    this.#input.ariaExpanded = this.#rows.length > 0;
    this.#activate(this.#rows.findIndex((row) => nameOfRow(row) === chosen));
  }

  #pages() {
    return groupByPage(this.#hits).map(({ title, lead, sections }) => {
      const head = headOf(title);
      const first = lead ? hitRow(lead, head) : element("div", { class: "page" }, [drawing(PAGE), head]);
      return groupOf(head, [first, ...sections.map((hit) => hitRow(hit, headOf(stepsOf(hit)), "section"))]);
    });
  }

  /** What to begin with. */
  #beginnings() {
    const recent = this.#recent.map((query) => optionRow("recent", SEARCH, [query], () => this.show(query)));
    if (recent.length) recent.push(optionRow("clear", CLOSE, [this.#room.say("clear")], () => this.#forget()));
    const suggested = this.#suggestions.map((question) => this.#askRow(question, [question]));
    const { turns = [] } = this.#room.memory.read();
    const conversation = turns.slice(0, 1).map(({ query }) => optionRow("ask", ASK, [query], () => this.#room.converse()));
    return Object.entries({ conversation, recent, suggested }).filter(([, rows]) => rows.length).map(([key, rows]) => {
      const head = headOf([this.#room.say(key)]);
      return groupOf(head, [head, ...rows]);
    });
  }

  #askRow(question, content) {
    return optionRow("ask", ASK, content, () => this.#ask(question));
  }

  #point(row) {
    if (row) this.#activate(this.#rows.indexOf(row), false);
  }

  #activate(index, scrolls = true) {
    this.#active = Math.max(0, index);
    this.#rows.forEach((row, at) => (row.ariaSelected = at === this.#active));
    const row = this.#rows[this.#active];
    this.#input.setAttribute("aria-activedescendant", row?.id ?? "");
    if (scrolls) row?.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const { key } = event;
    // Enter that ends a composition (Japanese, Chinese, …) chooses a word, not a row; in Safari only the code says so.
    if (event.isComposing || event.keyCode === 229 || event.altKey || event.shiftKey) return;
    const { length } = this.#rows;
    const isCommand = (event.metaKey || event.ctrlKey) && this.#query;
    const target = { ArrowDown: this.#active + 1, ArrowUp: this.#active - 1, Home: 0, End: -1 }[key];
    if (key === "Enter") isCommand ? this.#ask(this.#query) : this.#rows[this.#active]?.click();
    else if (target === undefined || (/Home|End/.test(key) && !this.#active)) return;
    else this.#activate((target + length) % length);
    event.preventDefault();
  }

  #ask(question) {
    this.#remember(question);
    this.#room.ask(question, this.#hits);
  }

  get #recent() {
    return this.#room.recent.read().queries ?? [];
  }

  #remember(query) {
    const others = this.#recent.filter((each) => each !== query);
    this.#room.recent.write({ queries: [query, ...others].slice(0, MAX_RECENT) });
  }

  #forget() {
    this.#room.recent.write({ queries: [] });
    this.#typed();
  }
}

function searchInput(placeholder) {
  return element("input", {
    placeholder,
    "aria-label": placeholder,
    role: "combobox",
    part: "input",
    maxlength: MAX_QUERY_CHARS,
    enterkeyhint: "search",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-controls": "hits",
  });
}
