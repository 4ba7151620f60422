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
 * taken away once they are closed (`settle`); `settled` tells how many were. A table's children are its rows,
 * those of code its first lines.
 *
 * @typedef {{type: "document" | "quote" | "list" | "item" | "paragraph" | "heading" | "code" | "table" | "rule",
 *   open: boolean, settled: number, children: (Block | string)[], text: string, isDrafted?: boolean,
 *   level?: number, language?: string, fence?: string, head?: string, aligns?: (string | undefined)[],
 *   kind?: string, start?: string, isLoose?: boolean}} Block
 */

const MAX_CHARS = 5000; // a guess; documentation's longest paragraphs have half of it
const MAX_DEPTH = 20; // a guess, in blocks; what nests deeper is shown as paragraphs
const CHUNK_CHARS = 4000; // a guess; code grows by text nodes of this size
const CONTAINERS = ["document", "quote", "list", "item"];
const FENCE = /^(`{3,}(?!.*`)|~{3,})\s*([\w+#.-]*)(.*)$/;

// What a line may begin with, the first that fits. A starter that answers `false` declines.
const STARTERS = [
  [FENCE, startFence],
  [/^(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/, startHeading],
  [/^([-*_])[ \t]*(?:\1[ \t]*){2,}$/, startRule],
  [/^>/, startQuote],
  [/^(?:[-*+]|(\d{1,9})[.)])(?=[ \t]|$)/, startItem],
  [/^[-:|][-:|\s]*$/, startTable],
];

export function emptyDocument() {
  return { type: "document", open: true, settled: 0, children: [] };
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
    // Behind a space where there is one, and never between the halves of a surrogate pair.
    const end = rest.lastIndexOf(" ", MAX_CHARS - 1) + 1 || MAX_CHARS - /[\ud800-\udbff]/.test(rest[MAX_CHARS - 1]);
    takePart(root, rest.slice(0, end));
    root.isCut = true;
    rest = rest.slice(end);
  }
  return rest;
}

/** Takes away every closed block; the open ones stay. */
export function settle(block) {
  const open = block.children.filter((child) => child.open);
  block.settled += block.children.length - open.length;
  block.children = open;
  open.forEach(settle);
}

export function closeAll(root) {
  closeBelow(openPath(root), 0);
}

export function cellsOf(row) {
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
 * `goesOn` its type if all of them do.
 */
function takePart(root, text, isDrafted) {
  const path = openPath(root);
  const leaf = CONTAINERS.includes(path.at(-1).type) ? {} : path.pop();
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
  if (leaf.type !== "code") return add(reading, "paragraph", line);
  leaf.text = leaf.text.slice(0, -1);
  fillCode(leaf, line);
}

function matchContainers(reading) {
  const { path, leaf } = reading;
  let quotes = 0;
  for (reading.depth = 1; reading.depth < path.length; reading.depth += 1) {
    const rest = inside(path[reading.depth], reading.line);
    if (!rest) return quotes;
    if (path[reading.depth].type === "quote") quotes = reading.depth;
    reading.line = rest;
  }
  reading.goesOn = leaf.type;
  return quotes;
}

/** What of the line is inside the container, or nothing when it does not go on. */
function inside({ type, isOrdered, indent, marker, children, settled }, line) {
  if (type === "list") return line;
  if (type === "quote") return line.indent < 4 && line.words[0] === ">" && cut(behind(line, 1), 1);
  if (!line.words) return children.length + settled && line;
  const isNested = line.indent >= indent || (isOrdered && line.indent >= marker + 2 && /^[-*+] /.test(line.words));
  return isNested && cut(line, indent);
}

function starts(reading, [pattern, start]) {
  const match = reading.line.indent < 4 && pattern.exec(reading.line.words);
  return match && start(reading, ...match) !== false;
}

/** Adds a block where the line is, and closes what does not go on there. */
function add(reading, type, { words, text = words, ...more } = {}) {
  const { path } = reading;
  reading.leaf.open = false;
  reading.leaf = {};
  reading.goesOn = null;
  closeBelow(path, reading.depth);
  if (path.at(-1).type === "list" && type !== "item") path.pop().open = false;
  const parent = path.at(-1);
  if (parent.isAfterBlank && parent.children.length + parent.settled) {
    (parent.type === "item" ? path.at(-2) : parent).isLoose = true;
  }
  const added = { type, open: true, settled: 0, children: [], text, ...more };
  parent.children.push(added);
  if (CONTAINERS.includes(type)) path.push(added);
  else reading.line = null;
  reading.depth = path.length;
  return added;
}

function addText(reading) {
  const { path, leaf, line, depth, goesOn, isDrafted } = reading;
  if (!line.words) {
    closeBelow(path, depth);
    leaf.open = false;
  } else if (leaf.type === "paragraph" && leaf.text.length < MAX_CHARS) leaf.text += `\n${line.words}`;
  else if (line.indent > 3) fillCode(add(reading, "code", { text: "", language: "" }), cut(line, 4));
  else if (goesOn === "table") Object.assign(leaf, { isDrafted }).children.push(line.words);
  else add(reading, "paragraph", line);
}

function startFence(reading, _line, fence, language) {
  add(reading, "code", { fence, indent: reading.line.indent, language, text: "" });
}

function startHeading(reading, _line, marks, text) {
  add(reading, "heading", { open: reading.isDrafted, level: marks.length, text });
}

function startRule(reading) {
  add(reading, "rule", { open: false });
}

function startQuote(reading) {
  if (reading.path.length > MAX_DEPTH) return false;
  const rest = inside({ type: "quote" }, reading.line);
  add(reading, "quote");
  reading.line = rest;
}

function startItem(reading, mark, number) {
  const { path, line, depth, goesOn } = reading;
  const rest = behind(line, mark.length);
  // "In\n1984. was" is no list.
  const isText = goesOn === "paragraph" && (!rest.words || Number(number ?? 1) !== 1);
  if (isText || path.length > MAX_DEPTH) return false;
  const gap = !rest.words || rest.indent > 4 ? 1 : rest.indent;
  const kind = mark.at(-1);
  if (path[depth - 1].kind !== kind) add(reading, "list", { kind, start: number });
  add(reading, "item", { indent: line.indent + mark.length + gap, marker: line.indent, isOrdered: Boolean(number) });
  const { text, column } = cut(rest, gap);
  reading.line = lineOf(text.replace(/^\[ \](?= )/, "☐").replace(/^\[x\](?= )/i, "☑"), column);
}

function startTable(reading, dashes) {
  const { path, leaf, goesOn } = reading;
  if (goesOn !== "paragraph") return false;
  const start = leaf.text.lastIndexOf("\n") + 1;
  const head = leaf.text.slice(start);
  const aligns = cellsOf(dashes).map((cell) => /^(:?)-+(:?)$/.exec(cell));
  const isTable = dashes.includes("|") && cellsOf(head).length === aligns.length && !aligns.includes(null);
  if (!isTable) return false;
  leaf.text = leaf.text.slice(0, start);
  if (!start) path.at(-1).children.pop();
  add(reading, "table", { head, aligns: aligns.map(alignOf) });
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
