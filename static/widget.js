/**
 * `<lectern-search>`: a button and a ⌘K box that searches and asks one site's documentation. This is all a page loads
 * until a reader reaches for it; the box itself comes with the first hover, focus, or key.
 *
 *     <script type="module" src="https://lectern.example.com/widget.js" data-site="pk_…"></script>
 *
 * Where the page has no `<lectern-search>`, the script adds one that floats in a corner. An element with the attribute
 * `data-lectern-open` opens the box when it is clicked. `?ask=…` in the page's address opens it and asks.
 *
 * Attributes, on the element or as `data-…` on the script
 *   site         public key of the site
 *   endpoint     base address of the Lectern server; default: where this file came from
 *   placeholder  text of the button and of the empty field; default `Search or ask…`, in the reader's language
 *   language     a BCP 47 tag; default: that of the page, or else of the browser
 *   theme        `light` or `dark`; default: the page's `color-scheme`
 *   position     `dialog` (default), `panel` at the side, or `inline` where the element stands
 *   hotkey       the letter that opens the box with ⌘ or Ctrl, beside `/`; default `k`; `off` for none
 *   button       `none`: no button of its own
 *   strings      the property of this name, as JSON
 *
 * Properties and methods
 *   suggestions  array of questions offered while nothing is typed
 *   strings      object of texts to say instead; keys as in strings.js
 *   open(), close(), ask(query)
 *
 * Events (bubbling, composed)
 *   lectern-ask     {query, id, conversation}
 *   lectern-answer  {query, text, sources, reason}, when an answer is complete
 *   lectern-error   {query, code, message}
 *   lectern-rate    {id, rating, reason, comment}
 *
 * Slots
 *   button  replaces the button; a click on what is slotted opens the box
 *
 * Parts
 *   button, dialog, input, close, search, hits, ask, hit, recent, clear, answer, back, question, text, code,
 *   citation, trouble, sources, source
 *
 * Custom properties
 *   --lectern-accent, --lectern-on-accent, --lectern-background, --lectern-surface, --lectern-text,
 *   --lectern-muted, --lectern-border, --lectern-radius, --lectern-width, --lectern-font, --lectern-mono-font
 */

const MODULES = "./static/"; // the server puts the files' version in here
const SCRIPT = [...document.scripts].find((script) => script.src === import.meta.url);
const TROUBLE = "The search cannot be loaded.";
const PLACEHOLDERS = {
  en: "Search or ask…",
  de: "Suchen oder fragen…",
  fr: "Chercher ou demander…",
  es: "Buscar o preguntar…",
  ja: "検索または質問…",
  zh: "搜索或提问…",
  ar: "ابحث أو اسأل…",
};

const LOOKS = css`
:host {
  --_back: var(--lectern-background, light-dark(#fff, #161719));
  --_muted: var(--lectern-muted, light-dark(#65676b, #9b9da2));
  --_line: var(--lectern-border, light-dark(#e5e4e0, #2d2f33));
  --_radius: var(--lectern-radius, 12px);
  display: inline-block;
  font: 15px/1.5 var(--lectern-font, system-ui, sans-serif);
}
:host([hidden]), :host([button="none"]) slot { display: none; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([position="inline"]) { display: block; }
:host([floating]) { position: fixed; bottom: 20px; inset-inline-end: 20px; z-index: 999; }
.opener {
  display: flex; align-items: center; gap: 10px; inline-size: 100%; min-inline-size: 200px;
  padding: 8px 12px; cursor: pointer; font: inherit; text-align: start;
  border: 1px solid var(--_line); border-radius: var(--_radius);
  background: var(--_back); color: var(--_muted);
}
:host([floating]) .opener { box-shadow: 0 4px 16px #0003; }
:host([position="inline"]) .opener { padding: 15px 17px; }
.opener::before {
  content: ""; inline-size: 16px; block-size: 16px; background: currentColor;
  forced-color-adjust: none; clip-path: path(evenodd, "M7 1a6 6 0 1 0 .1 0M7 3a4 4 0 1 0 .1 0M11 12l4 4 1-1-4-4");
}
.opener span { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.catcher { position: fixed; opacity: 0; font-size: 16px; }
@media (hover: none) { small { display: none; } }
`;

/** The elements on the page, in the order they came. */
const present = new Set();
let floating = null;
let failures = 0;
/** The open box of an element that is being replaced. */
let left;
let isReturning = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
let question = new URLSearchParams(location.search).get("ask");

// The properties `suggestions` and `strings` are not declared, so that what a page sets before this script stays.
class LecternSearch extends HTMLElement {
  static observedAttributes = ["placeholder", "hotkey"];
  #button = make("button", { type: "button", className: "opener", part: "button", ariaHasPopup: "dialog" });
  #text = make("span");
  #keys = make("small", { ariaHidden: "true" });
  #loading = null;
  #asked;
  #box = null;

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [LOOKS];
    const slot = make("slot", { name: "button", id: "opener" });
    this.#button.append(this.#text, this.#keys);
    slot.append(this.#button);
    shadow.append(slot);
  }

  connectedCallback() {
    // The one that the site made comes first; a copy of ours is out of a router's memory.
    if (floating && this !== floating) {
      if (this.hasAttribute("floating")) return this.remove();
      floating.remove();
    }
    present.add(this);
    for (const name of ["theme", "position", "button"]) if (this.setting(name)) this.setAttribute(name, this.setting(name));
    this.attributeChangedCallback();
    if (this.#box) this.#box.moved();
    else this.#arrive();
  }

  /** Frameworks take elements out to put them elsewhere: only who stays away has left. */
  disconnectedCallback() {
    present.delete(this);
    if (this.#box?.isOpen) [left, isReturning] = [this.#box, true];
    else if (!this.#box) question ||= this.#asked; // for the one that takes its place
    setTimeout(() => {
      left = null;
      float();
      if (!this.isConnected) this.#box?.moved();
    });
  }

  attributeChangedCallback() {
    const command = navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl ";
    this.#say(this.placeholder);
    this.#keys.textContent = this.#letter && command + this.#letter.toUpperCase();
  }

  /**
   * Opens the box where the reader left it: at an answer, if there is one. Until it is there, a field takes what is
   * typed, and has phones show their keyboard at the tap.
   */
  async open() {
    const root = this.shadowRoot;
    let isLeft = false;
    let before = document.activeElement;
    while (before.shadowRoot?.activeElement) before = before.shadowRoot.activeElement;
    const catcher = make("input", { className: "catcher", ariaLabel: this.#text.textContent });
    // Seen from the page, letters typed in here come from no field: it would take them for hotkeys of its own.
    catcher.addEventListener("keydown", (event) => {
      event.stopPropagation();
      isLeft ||= event.key === "Escape";
    });
    if (!this.#box) root.append(catcher);
    catcher.focus({ preventScroll: true });
    const box = await this.load();
    catcher.remove();
    before.focus({ preventScroll: true }); // so that the dialog gives the focus back to it
    if (!isLeft) box?.open({ typed: catcher.value });
  }

  close() {
    this.#box?.close();
  }

  /** @param {string} query */
  async ask(query) {
    const box = await this.load();
    if (this.isConnected) box?.ask(query);
  }

  /** What an attribute says here, or on the script for the whole page. @param {string} name */
  setting(name) {
    return this.getAttribute(name) ?? SCRIPT?.dataset[name] ?? "";
  }

  get placeholder() {
    return this.setting("placeholder") || PLACEHOLDERS[this.language];
  }

  get endpoint() {
    return new URL(this.setting("endpoint") || ".", import.meta.url);
  }

  /** The built-in one that suits the page. */
  get language() {
    let [node, tag] = [this, this.setting("language")];
    for (; node && !tag; node = node.parentNode ?? node.host) tag = node.lang;
    const language = (tag || navigator.language).slice(0, 2).toLowerCase();
    return language in PLACEHOLDERS ? language : "en";
  }

  /** @returns {Promise<object | null>} the box, or `null` where it cannot be had; the next call tries again */
  load() {
    // A browser remembers a module that could not be had: another query makes it ask again.
    const load = (name) => import(`${MODULES}${name}.js${failures ? `?${failures}` : ""}`);
    return (this.#loading ??= Promise.all([load("box"), load(`strings/${this.language}`)]).then(
      ([{ Box }, { default: texts }]) => (this.#box = new Box(this, texts)),
    ).catch((error) => {
      failures += 1;
      this.#say(TROUBLE);
      console.error(TROUBLE, error);
      return (this.#loading = null);
    }));
  }

  /** Acts on the hotkey. */
  press(event) {
    const { key, code, metaKey, ctrlKey, shiftKey, altKey, defaultPrevented, isComposing, repeat } = event;
    const letter = this.#letter;
    const target = event.composedPath()[0];
    const isOurs = this.shadowRoot.contains(target);
    // A field that was closed a moment ago is still where the keys go.
    const isTyping = (!isOurs || this.#box?.isOpen) && (target.isContentEditable || target.matches?.("input:not([type=radio], [type=checkbox]), textarea, select"));
    // Where the layout has no Latin letters, the place of the key counts; many need Shift for the slash.
    const isLetter = key?.toLowerCase() === letter || (key > "~" && code === `Key${letter.toUpperCase()}`);
    const isChord = isLetter && metaKey !== ctrlKey && !shiftKey && (!isTyping || isOurs);
    const isSlash = key === "/" && !metaKey && !ctrlKey && !isTyping;
    if (!letter || !(isChord || isSlash) || altKey || defaultPrevented || isComposing || repeat) return;
    event.preventDefault();
    if (this.#box) this.#box.toggle();
    else this.open();
  }

  /** Who comes back to an open answer finds it open; who follows a shared link finds the question asked. */
  async #arrive() {
    const typed = left?.typed;
    const isOpen = left || (isReturning && openPlace() === location.href);
    this.#asked = !isReturning && question;
    left = isReturning = question = null;
    if (isOpen) (await this.load())?.open({ typed, isStill: true });
    else if (this.#asked) this.ask(this.#asked);
  }

  /** Empty when there is no hotkey. */
  get #letter() {
    return (this.setting("hotkey") || "k").toLowerCase().replace("off", "");
  }

  #say(text) {
    this.#text.textContent = this.#button.title = text;
  }
}

/** Where a box was open last, and was not closed since. */
function openPlace() {
  try {
    return JSON.parse(sessionStorage.getItem("lectern:open")).place;
  } catch {} // nothing is stored, or may be
}

function css([text]) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

function make(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

/** A pointer, the focus or a click came to an element, or to what opens the first one. */
function reach(event) {
  const path = event.composedPath();
  const isOpener = path.some((node) => node.matches?.("[data-lectern-open], #opener"));
  const element = path.find((node) => present.has(node)) ?? (isOpener && [...present][0]);
  if (!element) return;
  element.load();
  if (!isOpener || event.type !== "click") return;
  event.preventDefault(); // a link leads to a search page only where this script does not run
  element.open();
}

function float() {
  if (!SCRIPT || present.size) return;
  floating ??= make("lectern-search");
  floating.toggleAttribute("floating", true);
  (document.body ?? document.documentElement).append(floating);
}

// A page may have the tag twice, or two versions of it: the first stays.
if (!customElements.get("lectern-search")) {
  customElements.define("lectern-search", LecternSearch);
  document.addEventListener("keydown", (event) => present.forEach((element) => element.press(event)));
  for (const type of ["pointerover", "focusin", "click"]) document.addEventListener(type, reach);
  float();
}
