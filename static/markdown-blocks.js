/**
 * Markdown's block half, pure: one line after the other in, a tree of blocks out. CommonMark with GitHub's
 * tables, but for
 *
 * 1. no setext headings and no link references: both would change lines that a reader has already seen;
 * 2. HTML is text;
 * 3. a bullet nests from two columns on, even under `10.`, because that is how models write;
 * 4. a line or a paragraph of more than `MAX_CHARS` goes on in another paragraph, so that the work for the
 *    open block has an end.
 *
 * Every line is read once, and only the last path of the tree can still change. A block's `children` may be
 * taken away once they are closed (`settle`); `settled` tells how many were.
 *
 * @typedef {{type: "document" | "quote" | "list" | "item" | "paragraph" | "heading" | "code" | "table" | "rule",
 *   open: boolean, settled: number, children: (Block | string)[], isContainer?: boolean, isDrafted?: boolean,
 *   text?: string, level?: number, language?: string, fence?: string, head?: string, aligns?: (string | null)[],
 *   kind?: string, start?: string, isLoose?: boolean}} Block
 */

const MAX_CHARS = 5000; // a guess; documentation's longest paragraphs have half of it
const MAX_DEPTH = 20; // a guess, in blocks; what nests deeper is shown as paragraphs
const CHUNK_CHARS = 4000; // a guess; code grows by text nodes of this size
const FENCE = /^(`{3,}|~{3,})(.*)$/;
const HEADING = /^(#{1,6})(?=[ \t]|$)(.*)$/;
const RULE = /^([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const MARKER = /^(?:[-*+]|(\d{1,9})[.)])(?=[ \t]|$)/;
const STARTERS = [startIndentedCode, startFence, startHeading, startRule, startQuote, startItem, startTable];

export function emptyDocument() {
  return container("document");
}

/**
 * @param {Block} root changed in place
 * @param {string} text without its line end
 * @param {boolean} [isDrafted] whether more of this line is coming
 */
export function takeLine(root, text, isDrafted) {
  takePart(root, takeSurplus(root, text), isDrafted);
  root.isCut = false;
}

/**
 * Takes all but the last `MAX_CHARS` of a line that is not complete yet.
 *
 * @returns {string} what is left of it
 */
export function takeSurplus(root, text) {
  let rest = text;
  while (rest.length > MAX_CHARS) {
    const end = cutIn(rest);
    takePart(root, rest.slice(0, end));
    root.isCut = true;
    rest = rest.slice(end);
  }
  return rest;
}

/** Behind a space where there is one, and never between the halves of a surrogate pair. */
function cutIn(text) {
  const end = text.lastIndexOf(" ", MAX_CHARS - 1) + 1 || MAX_CHARS;
  return /[\ud800-\udbff]/.test(text[end - 1]) ? end - 1 : end;
}

/** Takes away every closed block; the open ones stay. */
export function settle(block) {
  const open = block.children.filter((child) => child.open);
  block.settled += block.children.length - open.length;
  block.children = open;
  open.forEach(settle);
}

export function closeAll(root) {
  for (const block of openPath(root)) block.open = false;
}

function openPath(root) {
  const path = [];
  for (let block = root; block?.open; block = block.children.at(-1)) path.push(block);
  return path;
}

function block(type, more) {
  return { type, open: true, settled: 0, children: [], ...more };
}

function container(type, more) {
  return block(type, { isContainer: true, ...more });
}

/**
 * What is being read: `line` is what is left of the line (`null` when a block has taken it all), `path` the
 * open containers, of which the first `depth` go on in this line, `leaf` the open block in the last of them.
 */
function takePart(root, text, isDrafted) {
  const path = openPath(root);
  const leaf = path.at(-1).isContainer ? null : path.pop();
  const reading = { path, leaf, line: lineOf(text, 0), depth: path.length, isDrafted };
  if (root.isCut) goOn(reading);
  else if (!matchContainers(reading)) startAndFill(reading);
}

/** The line before was cut, and this is more of it. */
function goOn(reading) {
  const { leaf, line } = reading;
  if (leaf?.type !== "code") return addParagraph(reading, line.text);
  leaf.text = leaf.text.slice(0, -1);
  fillCode(leaf, line.text);
}

/** @returns {boolean} whether the line is code of the open block, and taken */
function matchContainers(reading) {
  const { path, leaf } = reading;
  let quotes = 0;
  for (reading.depth = 1; reading.depth < path.length; reading.depth += 1) {
    const each = path[reading.depth];
    const rest = continued(each, reading.line);
    if (!rest) break;
    if (each.type === "quote") quotes = reading.depth;
    reading.line = rest;
  }
  reading.isBlank = reading.line.words === "";
  reading.quotes = quotes;
  return reading.depth === path.length && leaf?.type === "code" && continueCode(leaf, reading.line);
}

/** What of the line is inside the container, or `null` when it does not go on. */
function continued({ type, isOrdered, indent, marker, children, settled }, line) {
  if (type === "list") return line;
  if (type === "quote") return insideQuote(line);
  if (line.words === "") return children.length + settled > 0 && line;
  const isNested = line.indent >= indent || (isOrdered && line.indent >= marker + 2 && /^[-*+] /.test(line.words));
  return isNested && cut(line, indent);
}

function startAndFill(reading) {
  while (reading.line && STARTERS.some((start) => start(reading)));
  if (reading.line) addText(reading);
  // What a blank line inside of a quote parts, it parts for nobody outside.
  reading.path.forEach((each, index) => {
    each.isAfterBlank = reading.isBlank && index >= reading.quotes;
  });
}

/** Adds a block where the line is, and closes what does not go on there. */
function add(reading, added) {
  const { path } = reading;
  if (reading.leaf) reading.leaf.open = false;
  reading.leaf = null;
  closeBelow(path, reading.depth);
  if (path.at(-1).type === "list" && added.type !== "item") closeBelow(path, path.length - 1);
  const parent = path.at(-1);
  if (parent.isAfterBlank && parent.children.length + parent.settled > 0) {
    (parent.type === "item" ? path.at(-2) : parent).isLoose = true;
  }
  parent.children.push(added);
  if (added.isContainer) path.push(added);
  else reading.line = null;
  reading.depth = path.length;
}

function closeBelow(path, depth) {
  while (path.length > depth) path.pop().open = false;
}

function addText(reading) {
  const { path, leaf, line, depth } = reading;
  if (line.words === "") {
    closeBelow(path, depth);
    if (leaf) leaf.open = false;
  } else if (leaf?.type === "paragraph" && leaf.text.length < MAX_CHARS) leaf.text += `\n${line.words}`;
  else if (leaf?.type === "table" && depth === path.length) addRow(leaf, line.words, reading);
  else addParagraph(reading, line.words);
}

function addParagraph(reading, text) {
  add(reading, block("paragraph", { text }));
}

function startQuote(reading) {
  const rest = reading.path.length < MAX_DEPTH && insideQuote(reading.line);
  if (!rest) return false;
  add(reading, container("quote"));
  reading.line = rest;
  return true;
}

function insideQuote(line) {
  return line.indent < 4 && line.words[0] === ">" ? cut(behind(line, 1), 1) : null;
}

function startItem(reading) {
  const { path, leaf, line, depth } = reading;
  const [mark, number] = MARKER.exec(line.words) ?? [];
  if (!mark || path.length > MAX_DEPTH) return false;
  const rest = behind(line, mark.length);
  const isEmpty = rest.words === "";
  // "In\n1984. was" is no list.
  if (leaf?.type === "paragraph" && depth === path.length && (isEmpty || Number(number ?? 1) !== 1)) return false;
  const gap = isEmpty || rest.indent > 4 ? 1 : rest.indent;
  const kind = mark.at(-1);
  if (path[depth - 1].kind !== kind) add(reading, container("list", { kind, start: number }));
  const indent = line.indent + mark.length + gap;
  add(reading, container("item", { indent, marker: line.indent, isOrdered: Boolean(number) }));
  reading.line = cut(rest, gap);
  return true;
}

function startHeading(reading) {
  const [, marks, rest] = HEADING.exec(reading.line.words) ?? [];
  if (!marks) return false;
  const text = rest.trim().replace(/(^|[ \t])#+$/, "").trim();
  add(reading, block("heading", { open: false, level: marks.length, text, isDrafted: reading.isDrafted }));
  return true;
}

function startRule(reading) {
  if (!RULE.test(reading.line.words)) return false;
  add(reading, block("rule", { open: false }));
  return true;
}

function startIndentedCode(reading) {
  const { leaf, line } = reading;
  if (line.indent < 4 || line.words === "") return false;
  if (leaf?.type === "paragraph") addText(reading);
  else {
    add(reading, block("code", { text: "", language: "" }));
    fillCode(reading.path.at(-1).children.at(-1), cut(line, 4).text);
  }
  reading.line = null;
  return true;
}

function startFence(reading) {
  const { line } = reading;
  const [, fence, info] = FENCE.exec(line.words) ?? [];
  // A backtick in the info string makes it an inline code span.
  if (!fence || (fence[0] === "`" && info.includes("`"))) return false;
  const [language] = /^[\w+#.-]*/.exec(info.trim());
  add(reading, block("code", { fence, indent: line.indent, language, text: "" }));
  return true;
}

function continueCode(code, line) {
  const { fence, indent } = code;
  if (fence) {
    const [, marks, rest] = (line.indent < 4 && FENCE.exec(line.words)) || [];
    if (marks?.startsWith(fence) && rest.trim() === "") code.open = false;
    else fillCode(code, cut(line, indent).text);
    return true;
  }
  if (line.indent < 4 && line.words !== "") return false;
  fillCode(code, cut(line, 4).text);
  return true;
}

/** Adds a line to the code; what is long enough becomes a chunk, which no later line changes. */
function fillCode(code, line) {
  code.text += `${line}\n`;
  const end = code.text.trimEnd().length;
  if (end < CHUNK_CHARS) return;
  code.children.push(code.text.slice(0, end));
  code.text = code.text.slice(end);
}

function startTable(reading) {
  const { path, leaf, line, depth } = reading;
  if (leaf?.type !== "paragraph" || depth < path.length || !line.words.includes("|")) return false;
  const start = leaf.text.lastIndexOf("\n") + 1;
  const head = leaf.text.slice(start);
  const dashes = cellsOf(line.words);
  if (!head.includes("|") || cellsOf(head).length !== dashes.length) return false;
  if (!dashes.every((cell) => /^:?-+:?$/.test(cell))) return false;
  leaf.text = leaf.text.slice(0, start);
  if (start === 0) path.at(-1).children.pop();
  add(reading, block("table", { head, aligns: dashes.map(alignOf) }));
  return true;
}

function addRow(table, row, { isDrafted }) {
  table.children.push(row);
  table.isDrafted = isDrafted;
}

export function cellsOf(row) {
  const inside = row.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function alignOf(dashes) {
  const [left, right] = [dashes.startsWith(":"), dashes.endsWith(":")];
  if (left && right) return "center";
  if (right) return "right";
  return left ? "left" : null;
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
