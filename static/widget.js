/**
 * `<lectern-search>`: a button and a ⌘K box that searches and asks one site's documentation. This is all a page loads
 * until a reader reaches for it; the box itself comes with the first hover, focus, or key.
 *
 *     <script type="module" src="https://lectern.example.com/widget.js" data-site="pk_…"></script>
 *
 * Where the page has no `<lectern-search>`, the script adds one that floats in a corner. An element with the attribute
 * `data-lectern-open` opens the box when it is clicked.
 *
 * Attributes, on the element or as `data-…` on the script
 *   site         public key of the site
 *   endpoint     base address of the Lectern server; default: where this file came from
 *   placeholder  text of the button and of the empty field; default `Search or ask…`, in the reader's language
 *   language     a BCP 47 tag; default: that of the page
 *   theme        `light` or `dark`; default: the page's `color-scheme`
 *   position     `dialog` (default), `panel` at the side, or `inline` where the element stands
 *   hotkey       the letter that opens the box with ⌘ or Ctrl, beside `/`; default `k`; `off` for none
 *   button       `none`: no button of its own
 *
 * Properties and methods
 *   suggestions  array of questions offered while nothing is typed
 *   strings      object of texts to say instead; keys as in strings.js
 *   open(), close(), ask(query)
 *
 * Events (bubbling, composed)
 *   lectern-ask     {query}
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
const HOME = new URL(".", import.meta.url);
const SCRIPT = [...document.scripts].find((script) => script.src === import.meta.url);
const PLACEHOLDER = "Search or ask…";

const LOOKS = `
:host { display: inline-block; font: 400 15px/1.5 var(--lectern-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif); }
:host([hidden]) { display: none; }
:host([floating]) { position: fixed; inset: auto 20px 20px auto; z-index: 999; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
.opener {
  display: flex; align-items: center; gap: 10px; inline-size: 100%; min-inline-size: 200px; box-sizing: border-box;
  padding: 8px 12px; cursor: pointer; font: inherit; text-align: start;
  border: 1px solid var(--lectern-border, light-dark(#e5e4e0, #2d2f33)); border-radius: calc(var(--lectern-radius, 14px) - 4px);
  background: var(--lectern-background, light-dark(#fff, #161719)); color: var(--lectern-muted, light-dark(#65676b, #9b9da2));
}
.opener span { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
kbd { font: 500 12px/1.5 inherit; }
`;

export class LecternSearch extends HTMLElement {
  static observedAttributes = ["placeholder", "hotkey"];
  /** @type {string[] | null} `null`: those of the site's settings */
  suggestions = null;
  strings = {};
  #opener;
  #box = null;
  #connection = new AbortController();

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(LOOKS);
    shadow.adoptedStyleSheets = [sheet];
    this.#opener = opener();
    shadow.append(this.#opener.slot);
    this.#label();
  }

  connectedCallback() {
    this.#connection = new AbortController();
    const until = { signal: this.#connection.signal };
    document.addEventListener("keydown", (event) => this.#hotkey(event), until);
    document.addEventListener("click", ({ target }) => target.closest?.("[data-lectern-open]") && this.open(), until);
    this.#opener.slot.addEventListener("click", () => this.open(), until);
    for (const reach of ["pointerenter", "focusin"]) this.addEventListener(reach, () => this.#load(), until);
  }

  disconnectedCallback() {
    this.#connection.abort();
    this.#box?.then((box) => box.leave());
  }

  attributeChangedCallback() {
    this.#label();
  }

  /** Opens the box where the reader left it: at an answer, if there is one. */
  async open() {
    (await this.#load()).open();
  }

  async close() {
    (await this.#box)?.close();
  }

  /** @param {string} query */
  async ask(query) {
    (await this.#load()).ask(query);
  }

  /** What an attribute says here, or on the script for the whole page. @param {string} name */
  setting(name) {
    return this.getAttribute(name) ?? SCRIPT?.dataset[name] ?? "";
  }

  get endpoint() {
    return new URL(this.setting("endpoint") || HOME, document.baseURI);
  }

  #load() {
    this.#box ??= import(new URL(`${MODULES}box.js`, import.meta.url)).then(({ openBox }) => openBox(this));
    return this.#box;
  }

  async #hotkey(event) {
    if (event.defaultPrevented || event.isComposing || !this.#letter) return;
    const isChosen = isChord(event, this.#letter) || isSlash(event);
    const target = event.composedPath()[0];
    if (!isChosen || (isEditable(target) && target.getRootNode() !== this.shadowRoot)) return;
    if (event.key === "/" && isEditable(target)) return;
    event.preventDefault();
    (await this.#load()).toggle();
  }

  /** Empty when there is no hotkey. */
  get #letter() {
    const given = this.setting("hotkey") || "k";
    return given === "off" ? "" : given.toLowerCase();
  }

  #label() {
    const { text, keys, button } = this.#opener;
    text.textContent = this.setting("placeholder") || PLACEHOLDER;
    keys.textContent = this.#letter && `${isApple() ? "⌘" : "Ctrl "}${this.#letter.toUpperCase()}`;
    button.setAttribute("aria-keyshortcuts", this.#letter && `Meta+${this.#letter} Control+${this.#letter} /`);
  }
}

function opener() {
  const [slot, button, text, keys] = ["slot", "button", "span", "kbd"].map((name) => document.createElement(name));
  slot.name = "button";
  button.type = "button";
  button.className = "opener";
  button.part = "button";
  button.ariaHasPopup = "dialog";
  keys.ariaHidden = "true";
  button.append(text, keys);
  slot.append(button);
  return { slot, button, text, keys };
}

function isChord({ metaKey, ctrlKey, altKey, shiftKey, key }, letter) {
  return metaKey !== ctrlKey && !altKey && !shiftKey && key.toLowerCase() === letter;
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
if (SCRIPT && !document.querySelector("lectern-search")) {
  const floating = document.createElement("lectern-search");
  floating.setAttribute("floating", "");
  document.body.append(floating);
}
