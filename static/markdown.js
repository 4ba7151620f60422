/**
 * A streaming Markdown renderer: deltas in, DOM nodes appended. Model output is untrusted, so everything
 * becomes nodes and text, never HTML. A block that is finished is never touched again, nor is a finished item
 * of an open list, a row of an open table, a line of open code: only the last, open one changes, and in it
 * only what differs. So a push costs as much as its delta and the open paragraph, however long the answer is.
 *
 * This is the block half: lines become a tree of blocks, of which only the last path can still change, and
 * blocks become nodes. It is CommonMark with GitHub's tables and tasks, but for
 *
 * 1. no setext headings and no link references: both would change lines that a reader has already seen;
 * 2. HTML is text, and a heading without words is;
 * 3. a bullet nests from two columns on, even under `10.`, because that is how models write;
 * 4. a line or a paragraph of more than `MAX_CHARS` goes on in another paragraph, so that the work for the
 *    open block has an end;
 * 5. an item's text is always a paragraph, and a list whose items stand apart has the class `loose` (its last
 *    item may turn it into one); a task's box is a character;
 * 6. a row has as many cells as were written, and a table a body for every `GROUP_ROWS` rows.
 *
 * One file for the sake of its size: two of half its length take a tenth more.
 *
 * A block's `children` (of a table its rows, of code its first lines) are dropped once they are closed and
 * shown; `settled` tells how many were.
 *
 * @typedef {{name: string, open: boolean, settled: number, children: (Block | string)[], text: string,
 *   attributes?: Record<string, unknown>, isAfterBlank?: boolean, kind?: string,
 *   fence?: string, language?: string, indent?: number, head?: string, aligns?: (string | null)[]}} Block
 */

import { button, element, mendChildren } from "./dom.js";
import { inlineNodes } from "./markdown-inline.js";

const MAX_CHARS = 3000; // a guess; a push reads the open paragraph again, up to this
const MAX_DEPTH = 20; // a guess, in blocks; what nests deeper is shown as paragraphs
const CHUNK_CHARS = 4000; // a guess; code grows by text nodes of this size
const GROUP_ROWS = 100; // a guess; the browser lays out and paints only the group that has a new row
const CONTAINERS = ["root", "blockquote", "ul", "ol", "li"];
const FENCE = /^(`{3,}(?!.*`)|~{3,})\s*([\w+#.-]*)(.*)$/;

const RENDERERS = { code: renderCode, table: renderTable };

// What a line may begin with, the first that fits. A starter that answers `false` declines.
const STARTERS = [
  [FENCE, startFence],
  [/^(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/, startHeading],
  [/^([-*_])[ \t]*(?:\1[ \t]*){2,}$/, startRule],
  [/^>/, startQuote],
  [/^(?:[-*+]|(\d{1,9})[.)])(?=[ \t]|$)/, startItem],
  [/^[-:|][-:|\s]*$/, startTable],
];

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
 * @property {string} copy the label of the button that copies a block of code
 * @property {string} table the name of a table, which is a region that scrolls
 */

export class MarkdownStream {
  #target;
  #surroundings;
  #root = { name: "root", open: true, settled: 0, children: [] };
  #rest = "";

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
    closeBelow(openPath(this.#root), 0);
    this.#show(this.#root);
    settle(this.#root);
  }

  #show({ children, settled }) {
    const nodes = nodesOf(children, this.#surroundings);
    // Each block is written in the direction of its first letter.
    for (const node of nodes) node.setAttribute("dir", "auto");
    mendChildren(this.#target, nodes, settled);
  }
}

// Lines

/**
 * @param {Block} root changed in place
 * @param {string} text without its line end
 * @param {boolean} [isDrafted] whether more of this line is coming
 */
function takeLine(root, text, isDrafted) {
  takePart(root, takeSurplus(root, text), isDrafted);
  root.isCut = false;
}

/**
 * Takes all but the last `MAX_CHARS` of a line that is not complete yet.
 *
 * @returns {string} what is left of it
 */
function takeSurplus(root, text) {
  let rest = text;
  while (rest.length > MAX_CHARS) {
    // Behind a space where there is one, and never between the halves of a surrogate pair.
    const end = rest.lastIndexOf(" ", MAX_CHARS - 1) + 1 || MAX_CHARS - /[\ud800-\udbff]/.test(rest[MAX_CHARS - 1]);
    takePart(root, rest.slice(0, end));
    root.isCut = true;
    rest = rest.slice(end);
  }
  return rest;
}

/** Takes away every closed block; the open ones stay. */
function settle(block) {
  const open = block.children.filter((child) => child.open);
  block.settled += block.children.length - open.length;
  block.children = open;
  open.forEach(settle);
}

function cellsOf(row) {
  const inside = row.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function openPath(root) {
  const path = [];
  for (let block = root; block?.open; block = block.children.at(-1)) path.push(block);
  return path;
}

function closeBelow(path, depth) {
  while (path.length > depth) path.pop().open = false;
}

/**
 * What is being read: `line` is what is left of the line (`null` when a block has taken it all), `path` the
 * open containers, of which the first `depth` go on in this line, `leaf` the open block in the last of them,
 * `goesOn` its name if all of them do.
 */
function takePart(root, text, isDrafted) {
  const path = openPath(root);
  const leaf = CONTAINERS.includes(path.at(-1).name) ? {} : path.pop();
  const reading = { path, leaf, line: lineOf(text, 0), depth: path.length, isDrafted };
  if (root.isCut) return addMore(reading);
  const quotes = matchContainers(reading);
  const isBlank = reading.line.words === "";
  if (reading.goesOn === "code" && continueCode(leaf, reading.line)) return;
  while (reading.line && STARTERS.some((starter) => starts(reading, starter)));
  if (reading.line) addText(reading);
  // What a blank line inside of a quote parts, it parts for nobody outside.
  for (const [index, each] of path.entries()) each.isAfterBlank = isBlank && index >= quotes;
}

/** The line before was cut, and this is more of it. */
function addMore(reading) {
  const { leaf, line } = reading;
  if (leaf.name !== "code") return add(reading, "p", line);
  leaf.text = leaf.text.slice(0, -1);
  fillCode(leaf, line);
}

function matchContainers(reading) {
  const { path, leaf } = reading;
  let quotes = 0;
  for (reading.depth = 1; reading.depth < path.length; reading.depth += 1) {
    const rest = inside(path[reading.depth], reading.line);
    if (!rest) return quotes;
    if (path[reading.depth].name === "blockquote") quotes = reading.depth;
    reading.line = rest;
  }
  reading.goesOn = leaf.name;
  return quotes;
}

/** What of the line is inside the container, or nothing when it does not go on. */
function inside({ name, kind, bullet, indent, children, settled }, line) {
  if (kind) return line;
  if (name === "blockquote") return line.indent < 4 && line.words[0] === ">" && cut(behind(line, 1), 1);
  if (!line.words) return children.length + settled && line;
  const isNested = line.indent >= indent || (line.indent >= bullet && /^[-*+] /.test(line.words));
  return isNested && cut(line, indent);
}

function starts(reading, [pattern, start]) {
  const match = reading.line.indent < 4 && pattern.exec(reading.line.words);
  return match && start(reading, ...match) !== false;
}

/** Adds a block where the line is, and closes what does not go on there. */
function add(reading, name, { words, text = words, ...more } = {}) {
  const { path } = reading;
  reading.leaf.open = false;
  reading.leaf = {};
  reading.goesOn = null;
  closeBelow(path, reading.depth);
  if (path.at(-1).kind && name !== "li") path.pop().open = false;
  const parent = path.at(-1);
  if (parent.isAfterBlank && parent.children.length + parent.settled) {
    const list = parent.name === "li" ? path.at(-2) : parent;
    list.attributes = { ...list.attributes, class: "loose" };
  }
  const added = { name, open: true, settled: 0, children: [], text, ...more };
  parent.children.push(added);
  if (CONTAINERS.includes(name)) path.push(added);
  else reading.line = null;
  reading.depth = path.length;
  return added;
}

function addText(reading) {
  const { path, leaf, line, depth, goesOn, isDrafted } = reading;
  if (!line.words) {
    closeBelow(path, depth);
    leaf.open = false;
  } else if (leaf.name === "p" && leaf.text.length < MAX_CHARS) leaf.text += `\n${line.words}`;
  else if (line.indent > 3) fillCode(add(reading, "code", { text: "", language: "" }), cut(line, 4));
  else if (goesOn === "table" && isDrafted) leaf.text = line.words;
  else if (goesOn === "table") leaf.children.push(line.words);
  else add(reading, "p", line);
}

function startFence(reading, _line, fence, language) {
  add(reading, "code", { fence, indent: reading.line.indent, language, text: "" });
}

/** The question above the answer is the second level: whatever a model starts with, here it is the third. */
function startHeading(reading, _line, { length }, text) {
  const level = Math.max(3, Math.min(length + 1, 6));
  add(reading, `h${level}`, { open: reading.isDrafted, text });
}

function startRule(reading) {
  add(reading, "hr", { open: false, text: "" });
}

function startQuote(reading) {
  if (reading.path.length > MAX_DEPTH) return false;
  const rest = inside({ name: "blockquote" }, reading.line);
  add(reading, "blockquote");
  reading.line = rest;
}

function startItem(reading, mark, number) {
  const { path, line, depth, goesOn } = reading;
  const rest = behind(line, mark.length);
  // "In\n1984. was" is no list.
  const isText = goesOn === "p" && (!rest.words || Number(number ?? 1) !== 1);
  if (isText || path.length > MAX_DEPTH) return false;
  const gap = !rest.words || rest.indent > 4 ? 1 : rest.indent;
  const kind = mark.at(-1);
  if (path[depth - 1].kind !== kind) add(reading, number ? "ol" : "ul", { kind, attributes: { start: number } });
  add(reading, "li", { indent: line.indent + mark.length + gap, bullet: number ? line.indent + 2 : Infinity });
  const { text, column } = cut(rest, gap);
  reading.line = lineOf(text.replace(/^\[ \](?= )/, "☐").replace(/^\[x\](?= )/i, "☑"), column);
}

function startTable(reading, dashes) {
  const { path, leaf, goesOn } = reading;
  if (goesOn !== "p") return false;
  const start = leaf.text.lastIndexOf("\n") + 1;
  const head = leaf.text.slice(start);
  const aligns = cellsOf(dashes).map((cell) => /^(:?)-+(:?)$/.exec(cell));
  const isTable = dashes.includes("|") && cellsOf(head).length === aligns.length && !aligns.includes(null);
  if (!isTable) return false;
  leaf.text = leaf.text.slice(0, start);
  if (!start) path.at(-1).children.pop();
  add(reading, "table", { text: "", head, aligns: aligns.map(alignOf) });
}

function alignOf([, left, right]) {
  if (left && right) return "center";
  return (left && "left") || (right && "right") || null;
}

function continueCode(code, line) {
  const { fence, indent } = code;
  const [, marks, language, rest] = (fence && line.indent < 4 && FENCE.exec(line.words)) || [];
  if (marks?.startsWith(fence) && !(language + rest).trim()) code.open = false;
  else if (fence || line.indent > 3 || !line.words) fillCode(code, cut(line, indent ?? 4));
  else return false;
  return true;
}

/** Adds a line to the code; what is long enough becomes a chunk, which no later line changes. */
function fillCode(code, { text }) {
  code.text += `${text}\n`;
  const end = code.text.trimEnd().length;
  if (end < CHUNK_CHARS) return;
  code.children.push(code.text.slice(0, end));
  code.text = code.text.slice(end);
}

/** A line from `column` on: `indent` columns of white space, then words. */
function lineOf(text, column) {
  const [space] = /^[ \t]*/.exec(text);
  const indent = [...space].reduce(columnAfter, column) - column;
  return { text, column, indent, words: text.slice(space.length) };
}

/** A tab reaches to the next multiple of four. */
function columnAfter(column, character) {
  return character === "\t" ? column + 4 - (column % 4) : column + 1;
}

function behind({ column, indent, words }, length) {
  return lineOf(words.slice(length), column + indent + length);
}

/** The line without its first `columns` of white space; what is left of a tab becomes spaces. */
function cut({ text, column, indent }, columns) {
  const goal = column + Math.min(columns, indent);
  let [at, reached] = [0, column];
  for (; reached < goal; at += 1) reached = columnAfter(reached, text[at]);
  return lineOf(" ".repeat(reached - goal) + text.slice(at), goal);
}

// Nodes

function nodesOf(blocks, surroundings) {
  return blocks.filter(isDecided).map((block) => (RENDERERS[block.name] ?? renderPlain)(block, surroundings));
}

/** The header row of a table looks like a paragraph until the next line has come. */
function isDecided({ name, open, text }) {
  return !(name === "p" && open && text.startsWith("|") && !text.includes("\n"));
}

function renderPlain({ name, attributes, children, settled, text, open }, surroundings) {
  const isContainer = CONTAINERS.includes(name);
  const content = isContainer ? nodesOf(children, surroundings) : inlineNodes(text.trimEnd(), surroundings, open);
  return growing(name, attributes, content, settled);
}

/** The node holds what is not settled; what is settled is in the document already. */
function growing(name, attributes, children, settled) {
  return Object.assign(element(name, attributes, children), { settled });
}

function renderCode({ language, text, children, settled, open }, { copy }) {
  const code = growing("code", {}, [...children, text.trimEnd()], settled);
  const bar = element("figcaption", {}, [element("span", {}, [language])]);
  // While it grows there is nothing worth copying yet.
  if (!open) bar.append(button({ "data-copy": "code" }, [copy]));
  const pre = element("pre", { tabindex: "0", dir: "ltr" }, [code]);
  return element("figure", { class: "code", part: "code" }, [bar, pre]);
}

/** A table's `text` is the row that is still growing. Of groups that are settled only the empty bodies are made. */
function renderTable({ aligns, head, children, settled, text }, surroundings) {
  const row = (name, cells, isOpen) =>
    element("tr", {}, cellsOf(cells).slice(0, aligns.length).map((cell, column) =>
      element(name, { "data-align": aligns[column] }, inlineNodes(cell, surroundings, isOpen))));
  const rows = children.map((each) => row("td", each));
  if (text) rows.push(row("td", text, true));
  const table = element("table", {}, [element("thead", {}, [row("th", head)])]);
  for (let left = settled, kept; left + rows.length; left -= kept) {
    kept = Math.min(left, GROUP_ROWS);
    table.append(growing("tbody", {}, rows.splice(0, GROUP_ROWS - kept), kept));
  }
  return element("div", { class: "table", tabindex: "0", role: "region", "aria-label": surroundings.table }, [table]);
}
