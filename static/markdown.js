/**
 * A streaming Markdown renderer: deltas in, DOM nodes appended. Model output is untrusted, so everything
 * becomes nodes and text, never HTML. A block that is finished is never touched again, nor is a finished item
 * of an open list, a row of an open table, a line of open code: only the last, open one changes, and in it
 * only what differs. So a push costs as much as its delta and the open paragraph, however long the answer is.
 *
 * Two things are unlike the HTML that others make of Markdown: an item's text is always a paragraph, and a
 * list whose items stand apart has the class `loose` (it may turn into one by its last item); and a task's
 * box is a character.
 */

import { element, mendChildren } from "./dom.js";
import { cellsOf, closeAll, emptyDocument, settle, takeLine, takeSurplus } from "./markdown-blocks.js";
import { inlineNodes } from "./markdown-inline.js";

// A last line that may still become another block (`-`, `##`, `1.`, `| a`) is held back until it is decided.
const UNDECIDED_LINE = /^(?:[-+*_>#`~=|:\s]*|\s*\d{1,9}[.)]?)$/;
// Line ends are "\n"; and what turns the direction of text around (U+202A to U+202E, U+2066 to U+2069) is left
// out: it serves to make an address or a program look like another one.
const DROPPED = /[\r\u202a-\u202e\u2066-\u2069]/g;
const HALF_CHARACTER = /[\ud800-\udbff]$/;

/**
 * @typedef {object} Surroundings
 * @property {string} base what relative links are relative to; a link that leaves its origin needs http(s)://
 * @property {(number: number) => Node | null} citation the node for `[number]`; `null` leaves it as text
 * @property {string} [copy] the label of the button that copies a block of code
 * @property {string} [table] the name of a table, which is a region that scrolls
 */

export class MarkdownStream {
  #target;
  #surroundings;
  #root = emptyDocument();
  #rest = "";

  /**
   * @param {Element} target empty, and filled by nobody else
   * @param {Surroundings} surroundings
   */
  constructor(target, surroundings) {
    this.#target = target;
    this.#surroundings = { copy: "Copy", table: "Table", ...surroundings };
  }

  /** @param {string} delta */
  push(delta) {
    const lines = (this.#rest + delta.replace(DROPPED, "")).split("\n");
    const rest = lines.pop();
    for (const line of lines) takeLine(this.#root, line);
    this.#rest = takeSurplus(this.#root, rest);
    const draft = structuredClone(this.#root);
    const shown = this.#rest.replace(HALF_CHARACTER, "");
    if (!UNDECIDED_LINE.test(shown)) takeLine(draft, shown, true);
    this.#show(draft);
    settle(this.#root);
  }

  /** Nothing more comes: what was held back is shown as it is. */
  end() {
    takeLine(this.#root, this.#rest);
    this.#rest = "";
    closeAll(this.#root);
    this.#show(this.#root);
    settle(this.#root);
  }

  #show({ children, settled }) {
    const nodes = renderBlocks(children, this.#surroundings);
    // Each block is written in the direction of its first letter.
    for (const node of nodes) node.setAttribute("dir", "auto");
    mendChildren(this.#target, nodes, settled);
  }
}

function renderBlocks(blocks, surroundings) {
  return blocks.filter(isDecided).map((block) => RENDERERS[block.type](block, surroundings));
}

/** The header row of a table looks like a paragraph until the next line has come. */
function isDecided({ type, open, text }) {
  return !(type === "paragraph" && open && text.startsWith("|") && !text.includes("\n"));
}

const RENDERERS = {
  rule: () => element("hr"),
  paragraph: ({ text, open }, surroundings) => element("p", {}, inlineNodes(text.trimEnd(), surroundings, open)),
  quote: (block, surroundings) => renderContainer("blockquote", {}, block, surroundings),
  item: (block, surroundings) => renderContainer("li", {}, block, surroundings),
  list: renderList,
  heading: renderHeading,
  code: renderCode,
  table: renderTable,
};

/** The node holds what is not settled; what is settled is in the document already. */
function renderContainer(name, attributes, { children, settled }, surroundings) {
  return growing(element(name, attributes, renderBlocks(children, surroundings)), settled);
}

function growing(node, settled) {
  node.settled = settled;
  return node;
}

function renderList(block, surroundings) {
  const { start, isLoose } = block;
  const attributes = { start: start && Number(start) !== 1 && Number(start), class: isLoose && "loose" };
  return renderContainer(start ? "ol" : "ul", attributes, block, surroundings);
}

/** The question above the answer is the second level: whatever a model starts with, here it is the third. */
function renderHeading({ level, text, open }, surroundings) {
  const content = inlineNodes(text, surroundings, open);
  return element(`h${Math.max(3, Math.min(level + 1, 6))}`, { class: `level-${level}` }, content);
}

function renderCode({ language, text, children, settled, open }, { copy }) {
  const code = growing(element("code", {}, [...children, text.trimEnd()]), settled);
  // While it grows there is nothing worth copying yet.
  const label = element("span", {}, [language]);
  const bar = [label, ...(open ? [] : [element("button", { type: "button", "data-copy": "code" }, [copy])])];
  const pre = element("pre", { tabindex: "0", dir: "ltr" }, [code]);
  return element("figure", { class: "code", part: "code" }, [element("figcaption", {}, bar), pre]);
}

function renderTable({ aligns, head, children, settled, isDrafted }, surroundings) {
  const row = (name, text, isOpen) =>
    element("tr", {}, cellsOf(text).slice(0, aligns.length).map((cell, column) =>
      element(name, { "data-align": aligns[column] }, inlineNodes(cell, surroundings, isOpen))));
  const rows = children.map((text, index) => row("td", text, isDrafted && index === children.length - 1));
  const table = element("table", {}, [
    element("thead", {}, [row("th", head)]),
    growing(element("tbody", {}, rows), settled),
  ]);
  return element("div", { class: "table", tabindex: "0", role: "region", "aria-label": surroundings.table }, [table]);
}
