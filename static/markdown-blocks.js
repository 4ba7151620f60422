/**
 * Markdown's block half, pure: lines in, a tree of blocks out. CommonMark with GitHub's tables, but for
 *
 * 1. no setext headings and no link references: both would change lines that a reader has already seen;
 * 2. HTML is text;
 * 3. a list nests from two columns on, even under `10.`, because that is how models write.
 *
 * @typedef {{type: "heading", level: number, text: string}
 *   | {type: "paragraph", text: string}
 *   | {type: "code", language: string, text: string, closed: boolean}
 *   | {type: "quote", blocks: Block[]}
 *   | {type: "list", ordered: boolean, start: number, loose: boolean, items: Block[][]}
 *   | {type: "table", aligns: (string | null)[], head: string[], rows: string[][]}
 *   | {type: "rule"}} Block
 */

import { tableAt } from "./markdown-tables.js";

const MAX_DEPTH = 8; // a guess; deeper quotes and lists are shown as paragraphs
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const HEADING = /^ {0,3}(#{1,6})(?=[ \t]|$)(.*)$/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
const QUOTE = /^ {0,3}> ?/;
const MARKER = /^( {0,3})([-*+]|\d{1,9}[.)])(?:([ \t]+)(.*)|[ \t]*)$/;

const STARTERS = [codeAt, headingAt, ruleAt, quoteAt, listAt, tableAt, indentedCodeAt, paragraphAt];

/**
 * @param {string[]} lines
 * @param {number} [depth]
 * @returns {(Block & {line: number})[]} each with the index of its first line
 */
export function parseBlocks(lines, depth = 0) {
  const starters = depth < MAX_DEPTH ? STARTERS : [codeAt, paragraphAt];
  const blocks = [];
  let line = 0;
  while (line < lines.length) {
    if (isBlank(lines[line])) {
      line += 1;
      continue;
    }
    const { block, next } = firstFit(starters, lines, line, depth);
    blocks.push({ ...block, line });
    line = next;
  }
  return blocks;
}

function firstFit(starters, lines, line, depth) {
  for (const starter of starters) {
    const found = starter(lines, line, depth);
    if (found) return found;
  }
  throw new Error("a paragraph fits any line");
}

function codeAt(lines, line) {
  const fence = fenceIn(lines[line]);
  if (!fence) return null;
  const indent = indentOf(lines[line]);
  const text = [];
  for (let next = line + 1; next < lines.length; next += 1) {
    if (closes(lines[next], fence.marks)) return codeBlock(fence, text, true, next + 1);
    text.push(dedent(lines[next], indent));
  }
  return codeBlock(fence, text, false, lines.length);
}

function fenceIn(line) {
  const [, marks, info] = FENCE.exec(line) ?? [];
  // A backtick in the info string makes it an inline code span.
  if (!marks || (marks[0] === "`" && info.includes("`"))) return null;
  return { marks, language: /^[\w+#.-]*/.exec(info.trim())[0] };
}

function closes(line, marks) {
  const [, found, rest] = FENCE.exec(line) ?? [];
  return Boolean(found) && found[0] === marks[0] && found.length >= marks.length && isBlank(rest);
}

function codeBlock({ language }, lines, closed, next) {
  return { block: { type: "code", language, text: lines.join("\n"), closed }, next };
}

function headingAt(lines, line) {
  const [, marks, rest] = HEADING.exec(lines[line]) ?? [];
  if (!marks) return null;
  const text = rest.trim().replace(/(^|[ \t])#+$/, "").trim();
  return { block: { type: "heading", level: marks.length, text }, next: line + 1 };
}

function ruleAt(lines, line) {
  return RULE.test(lines[line]) ? { block: { type: "rule" }, next: line + 1 } : null;
}

function quoteAt(lines, line, depth) {
  if (!QUOTE.test(lines[line])) return null;
  const inner = [];
  let next = line;
  while (next < lines.length) {
    const quoted = QUOTE.test(lines[next]);
    if (!quoted && !continuesParagraph(lines, next, inner.at(-1))) break;
    inner.push(lines[next].replace(QUOTE, ""));
    next += 1;
  }
  return { block: { type: "quote", blocks: parseBlocks(inner, depth + 1) }, next };
}

function listAt(lines, line, depth) {
  const first = markerIn(lines[line]);
  if (!first || RULE.test(lines[line])) return null;
  const items = [];
  let [next, loose] = [line, false];
  while (next < lines.length) {
    const marker = markerIn(lines[next]);
    if (marker?.kind !== first.kind || RULE.test(lines[next])) break;
    const item = itemAt(lines, next, marker);
    items.push(parseBlocks(item.lines, depth + 1));
    next = nextFilled(lines, item.next);
    const another = markerIn(lines[next] ?? "")?.kind === first.kind;
    loose ||= (another && next > item.next) || hasGap(item.lines, items.at(-1));
    if (!another) next = item.next;
  }
  const block = { type: "list", ordered: first.ordered, start: first.start, loose, items };
  return { block, next };
}

function markerIn(line) {
  const match = MARKER.exec(line);
  if (!match) return null;
  const [, indent, mark, gap = "", text = ""] = match;
  const ordered = mark.length > 1;
  const gapWidth = gap.length > 4 || gap.length === 0 ? 1 : gap.length;
  return {
    ordered,
    kind: mark.at(-1),
    start: ordered ? Number.parseInt(mark, 10) : 1,
    indent: indent.length,
    contentIndent: indent.length + mark.length + gapWidth,
    text: gap.slice(gapWidth) + text,
  };
}

function itemAt(lines, line, marker) {
  const inner = [marker.text];
  let next = line + 1;
  while (next < lines.length) {
    const filled = nextFilled(lines, next);
    if (filled === lines.length || !belongs(lines, filled, marker, filled > next ? "" : inner.at(-1))) break;
    inner.push(...lines.slice(next, filled), dedent(lines[filled], marker.contentIndent));
    next = filled + 1;
  }
  return { lines: inner, next };
}

function belongs(lines, line, marker, previous) {
  const indent = indentOf(lines[line]);
  if (indent >= marker.contentIndent) return true;
  if (indent >= marker.indent + 2 && markerIn(lines[line].trimStart())) return true; // oddity 3
  return !markerIn(lines[line]) && continuesParagraph(lines, line, previous);
}

/** Whether a blank line parts two blocks of an item, which makes its list a loose one. */
function hasGap(lines, blocks) {
  return blocks.slice(1).some((block) => isBlank(lines[block.line - 1]));
}

function indentedCodeAt(lines, line) {
  if (indentOf(lines[line]) < 4) return null;
  let next = line;
  for (let at = line; at < lines.length && (isBlank(lines[at]) || indentOf(lines[at]) >= 4); at += 1) {
    if (!isBlank(lines[at])) next = at + 1;
  }
  const text = lines.slice(line, next).map((each) => dedent(each, 4)).join("\n");
  return { block: { type: "code", language: "", text, closed: true }, next };
}

function paragraphAt(lines, line) {
  let next = line + 1;
  while (next < lines.length && continuesParagraph(lines, next, lines[next - 1])) next += 1;
  const text = lines.slice(line, next).map((each) => each.trimStart()).join("\n").trimEnd();
  return { block: { type: "paragraph", text }, next };
}

function continuesParagraph(lines, line, previous = "") {
  const inParagraph = !isBlank(previous) && !fenceIn(previous) && !HEADING.test(previous) && !RULE.test(previous);
  return inParagraph && !isBlank(lines[line]) && !interrupts(lines, line);
}

function interrupts(lines, line) {
  const text = lines[line];
  if (fenceIn(text) || HEADING.test(text) || RULE.test(text) || QUOTE.test(text)) return true;
  const marker = markerIn(text);
  if (marker) return marker.text !== "" && marker.start === 1;
  return tableAt(lines, line) !== null;
}

function isBlank(line) {
  return line.trim() === "";
}

function nextFilled(lines, line) {
  let next = line;
  while (next < lines.length && isBlank(lines[next])) next += 1;
  return next;
}

/** Columns of white space a line starts with; a tab reaches to the next multiple of four. */
function indentOf(line) {
  let columns = 0;
  for (const character of line) {
    if (character === " ") columns += 1;
    else if (character === "\t") columns += 4 - (columns % 4);
    else break;
  }
  return columns;
}

function dedent(line, columns) {
  const indent = indentOf(line);
  if (columns === 0) return line;
  return " ".repeat(Math.max(0, indent - columns)) + line.trimStart();
}
