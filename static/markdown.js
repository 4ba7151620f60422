/**
 * A streaming Markdown renderer: deltas in, DOM nodes appended. Model output is untrusted, so everything
 * becomes nodes and text, never HTML. A block that is finished is never touched again; only the last, open
 * one changes, and in it only what differs.
 */

import { element, mendChildren } from "./dom.js";
import { safeAddress } from "./links.js";
import { parseBlocks } from "./markdown-blocks.js";
import { parseInline } from "./markdown-inline.js";

// A last line that may still become another block (`-`, `##`, `1.`, `| a`) is held back until it is decided.
const UNDECIDED_LINE = /^(?:[-+*_>#`~=|:\s]*|\s*\d{1,9}[.)]?)$/;

/**
 * @typedef {object} Surroundings
 * @property {string} base what relative links are relative to; a link that leaves its origin needs http(s)://
 * @property {(number: number) => Node | null} citation the node for `[number]`; `null` leaves it as text
 */

export class MarkdownStream {
  #target;
  #surroundings;
  #rest = "";
  #settled = 0;

  /**
   * @param {Element} target empty, and filled by nobody else
   * @param {Surroundings} surroundings
   */
  constructor(target, surroundings) {
    this.#target = target;
    this.#surroundings = surroundings;
  }

  /** @param {string} delta */
  push(delta) {
    this.#rest += delta.replaceAll("\r", "");
    const settled = this.#takeSettled();
    const nodes = renderBlocks(settled, this.#surroundings, false);
    const open = parseBlocks(linesToShow(this.#rest)).filter(isDecided);
    mendChildren(this.#target, [...nodes, ...renderBlocks(open, this.#surroundings, true)], this.#settled);
    this.#settled += nodes.length;
  }

  /** Nothing more comes: what was held back is shown as it is. */
  end() {
    const nodes = renderBlocks(parseBlocks(this.#rest.split("\n")), this.#surroundings, false);
    mendChildren(this.#target, nodes, this.#settled);
    this.#settled += nodes.length;
    this.#rest = "";
  }

  /** Blocks that no later text can change: all but the last, as far as lines are complete. */
  #takeSettled() {
    const complete = this.#rest.slice(0, this.#rest.lastIndexOf("\n") + 1);
    const blocks = parseBlocks(complete.split("\n"));
    const last = blocks.pop();
    if (blocks.length === 0) return blocks;
    this.#rest = this.#rest.split("\n").slice(last.line).join("\n");
    return blocks;
  }
}

function linesToShow(text) {
  const lines = text.split("\n");
  return UNDECIDED_LINE.test(lines.at(-1)) ? lines.slice(0, -1) : lines;
}

/** The header row of a table looks like a paragraph until the next line has come. */
function isDecided(block) {
  return !(block.type === "paragraph" && block.text.startsWith("|") && !block.text.includes("\n"));
}

function renderBlocks(blocks, surroundings, open) {
  const filled = blocks.filter((block) => block.type !== "heading" || block.text !== "");
  return filled.map((block, index) => renderBlock(block, surroundings, open && index === filled.length - 1));
}

/**
 * @param {import("./markdown-blocks.js").Block} block
 * @param {Surroundings} surroundings
 * @param {boolean} open whether its text still grows
 */
function renderBlock(block, surroundings, open) {
  return RENDERERS[block.type](block, surroundings, open);
}

const RENDERERS = {
  rule: (_block, _surroundings, _open) => element("hr"),
  paragraph: ({ text }, surroundings, open) => element("p", {}, renderInline(text, surroundings, open)),
  quote: ({ blocks }, surroundings, open) => element("blockquote", {}, renderBlocks(blocks, surroundings, open)),
  heading: renderHeading,
  code: renderCode,
  list: renderList,
  table: renderTable,
};

/** The question above the answer is the second level: whatever a model starts with, here it is the third. */
function renderHeading({ level, text }, surroundings, open) {
  const content = renderInline(text, surroundings, open);
  return element(`h${Math.max(3, Math.min(level + 1, 6))}`, { class: `level-${level}` }, content);
}

function renderCode({ language, text }, _surroundings, open) {
  const code = element("pre", { tabindex: "0" }, [element("code", {}, [text])]);
  // While it grows there is nothing worth copying yet.
  const copy = open ? [] : [element("button", { type: "button", "data-copy": "code" }, ["Copy"])];
  const bar = element("figcaption", {}, [element("span", {}, [language]), ...copy]);
  return element("figure", { class: "code", part: "code" }, [bar, code]);
}

function renderList({ ordered, start, loose, items }, surroundings, open) {
  const attributes = ordered && start !== 1 ? { start } : {};
  const nodes = items.map((blocks, index) => {
    const last = open && index === items.length - 1;
    return element("li", {}, loose ? renderBlocks(blocks, surroundings, last) : tight(blocks, surroundings, last));
  });
  return element(ordered ? "ol" : "ul", attributes, nodes);
}

function tight(blocks, surroundings, open) {
  return blocks.flatMap((block, index) => {
    const last = open && index === blocks.length - 1;
    if (block.type !== "paragraph") return [renderBlock(block, surroundings, last)];
    return renderInline(block.text, surroundings, last);
  });
}

function renderTable({ aligns, head, rows }, surroundings, open) {
  const row = (name, cells, last) =>
    element("tr", {}, cells.map((text, column) =>
      element(name, { "data-align": aligns[column] }, renderInline(text, surroundings, last))));
  const body = rows.map((cells, index) => row("td", cells, open && index === rows.length - 1));
  const table = element("table", {}, [
    element("thead", {}, [row("th", head, open && rows.length === 0)]),
    element("tbody", {}, body),
  ]);
  return element("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" }, [table]);
}

function renderInline(text, surroundings, open = false) {
  return renderPieces(parseInline(text, { open }), surroundings);
}

function renderPieces(pieces, surroundings) {
  return pieces.flatMap((piece) => renderPiece(piece, surroundings));
}

function renderPiece(piece, surroundings) {
  switch (piece.type) {
    case "text":
      return [document.createTextNode(piece.text)];
    case "code":
      return [element("code", {}, [piece.text])];
    case "break":
      return [element("br")];
    case "citation":
      return [surroundings.citation(piece.number) ?? document.createTextNode(`[${piece.number}]`)];
    case "link":
      return renderLink(piece, surroundings);
    default:
      return [element(piece.type, {}, renderPieces(piece.children, surroundings))];
  }
}

function renderLink({ address, children }, surroundings) {
  const href = safeAddress(address, surroundings.base);
  const content = renderPieces(children, surroundings);
  if (!href) return content;
  return [element("a", { href, target: "_blank", rel: "noopener nofollow" }, content)];
}
