/**
 * Markdown's inline half: the text of one block in, DOM nodes out, by CommonMark's method (spec 0.31, "A
 * parsing strategy") in one pass. HTML is text (but `<br>`), link references are text, `[1]` or `[1, 2]` is a
 * citation, and
 *
 * 1. a run of stars beside a Chinese, Japanese or Korean letter needs no space around it, since those scripts
 *    write none;
 * 2. `![alt](address =300x200)` gives an image its size, which keeps the text below from jumping.
 *
 * Until they are paired, pieces are strings, nodes, delimiter runs and brackets:
 *
 * @typedef {string | (Node & {depth?: number, source?: string})
 *   | {marks: string, count: number, length: number, opens: boolean, closes: boolean}
 *   | {marks: "[" | "![", count: 1, at: number}} Piece
 */

import { element } from "./dom.js";
import { linkTo, safeAddress } from "./links.js";

const MAX_NESTING = 16; // a guess; what nests deeper is shown as text
const MAX_PIECES = 300; // a guess; what is further apart is no pair, which keeps "a* a* a*" linear
const MAX_HIDDEN_CHARS = 300; // a guess; a `[` without an end is shown as one after that
const REFERENCE = /\\([!-/:-@[-`{-~])|&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/giy;
const CHARACTERS = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", copy: "©", hellip: "…", mdash: "—" };
const TARGET = /\(\s*(?:<((?:\\.|[^<>\\\n])*)>|(?!<)((?:[^ \n()\\]|\\\S?|\((?:[^ \n()\\]|\\\S|\([^ \n()]*\))*\))*))(?:[ \n]+("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?(?:\s+=(\d+)x(\d+))?\s*\)/sy;
// What the end of an unfinished text may still turn out to be: marks of emphasis, a citation, an escape.
const UNDECIDED = /(?:(?<![*_~`])[*_~`]+|!?\[[\d,\s]*|!|\\|<\/?[a-z]{0,2}|&#?\w{0,7})$/;
const UNFINISHED_TARGET = /(?:\([^ ()]*(?: [^()]*)?)?$/y;
const MARK = /[\p{P}\p{S}]/u;
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

// The first that fits says what is next.
const READERS = [
  [/(?:[^\\`*_~[\]!<&\nh ]|h(?!ttps?:)| (?! *\n))+/y, readText],
  [/(?:\\| {2,})\n|<br\s*\/?>/iy, (reading) => readText(reading, element("br"))],
  [/ *\n/y, (reading) => readText(reading, "\n")],
  [REFERENCE, (reading, ...match) => readText(reading, characterOf(...match))],
  [/(`+)(?!`)(.*?[^`])\1(?!`)/sy, readCode],
  [/(`+)/y, readFence],
  [/<([a-z][a-z\d+.-]{1,31}:[^\s<>]*)>/iy, readAddress],
  // A sentence's punctuation behind an address is not part of it, nor is a `)` opened before it.
  [/(?<!\w)(https?:\/\/(?:\([^\s<>"'`|()]*\)|[^\s<>"'`|()])*(?:\([^\s<>"'`|()]*\)|[^\s<>"'`|().,:;!?*_~\]]))/y, readAddress],
  [/\[(\d{1,3}(?:\s?,\s?\d{1,3})*)\](?!\()/y, readCitations],
  [/!?\[/y, readOpening],
  [/\]/y, readClosing],
  [/([*_~])\1*/y, readRun],
  [/[^]/y, readText],
];

/**
 * @param {string} source
 * @param {import("./markdown.js").Surroundings} surroundings
 * @param {boolean} [isOpen] more of this text is coming, so marks not yet closed count as closed at its end,
 *   and an end that may still become a mark is held back
 * @returns {(Node | string)[]}
 */
export function inlineNodes(source, surroundings, isOpen) {
  const text = isOpen ? source.replace(UNDECIDED, "") : source;
  const reading = { text, surroundings, isOpen, pieces: [], brackets: [], at: 0 };
  while (reading.at < text.length) readNext(reading);
  if (isOpen) hideOpening(reading);
  return paired(reading.pieces, isOpen);
}

function readNext(reading) {
  for (const [pattern, read] of READERS) {
    const match = matchAt(pattern, reading);
    if (!match) continue;
    reading.at += match[0].length;
    read(reading, ...match);
    return;
  }
}

function matchAt(pattern, { text, at }) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function readText({ pieces }, text) {
  pieces.push(text);
}

function characterOf(whole, escaped, decimal, hex, name) {
  if (escaped || name) return escaped ?? CHARACTERS[name] ?? whole;
  const code = Number(decimal ?? `0x${hex}`);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}

function unescaped(text) {
  return text?.replace(new RegExp(REFERENCE, "gi"), characterOf);
}

function readCode({ pieces }, _whole, _fence, inside) {
  pieces.push(element("code", {}, [inside.replaceAll("\n", " ").replace(/^ (.*[^ ].*) $/, "$1")]));
}

/** Without its end, backticks are backticks, unless that may still come. */
function readFence(reading, fence) {
  const { text, at, pieces, isOpen } = reading;
  if (!isOpen) return pieces.push(fence);
  readCode(reading, "", "", text.slice(at));
  reading.at = text.length;
}

function readAddress(reading, _whole, address) {
  addLink(reading, address, {}, [address]);
}

function readCitations({ pieces, surroundings }, _whole, numbers) {
  for (const number of numbers.split(",").map(Number)) {
    const source = `[${number}]`;
    const node = surroundings.citation(number);
    pieces.push(node ? Object.assign(node, { source }) : source);
  }
}

// Brackets

function readOpening({ pieces, brackets, at }, marks) {
  brackets.push(pieces.length);
  pieces.push({ marks, count: 1, at });
}

function readClosing(reading, closing) {
  const { text, pieces, brackets, isOpen } = reading;
  const index = brackets.pop();
  const match = pieces[index] && matchAt(TARGET, reading);
  if (match) {
    reading.at += match[0].length;
    closeLink(reading, index, match);
  } else if (pieces[index] && isOpen && matchAt(UNFINISHED_TARGET, reading)) {
    brackets.push(index);
    reading.at = text.length;
  } else pieces.push(closing);
}

function closeLink(reading, index, [, bracketed, plain, title, width, height]) {
  const { pieces, brackets } = reading;
  const [{ marks }, ...inside] = pieces.splice(index);
  const address = unescaped(bracketed ?? plain);
  const attributes = { title: unescaped(title?.slice(1, -1)), width, height };
  // A button in a link would be unreachable, so a citation in one is text.
  const children = paired(inside.map((piece) => piece.source ?? piece));
  if (marks !== "[") return addImage(reading, address, attributes, children);
  addLink(reading, address, attributes, children);
  // No link is inside of a link.
  reading.brackets = brackets.map((each) => (pieces[each]?.marks === "[" ? -1 : each));
}

function addLink({ pieces, surroundings }, address, attributes, children) {
  const href = safeAddress(address, surroundings.base);
  const link = href && wrapped("a", { ...linkTo(href), ...attributes }, children);
  pieces.push(...(link ? [link] : children));
}

function addImage({ pieces, surroundings }, address, attributes, children) {
  const src = safeAddress(address, surroundings.base);
  const alt = children.map((piece) => piece.alt ?? piece.textContent ?? piece).join("");
  const guards = { loading: "lazy", referrerpolicy: "no-referrer" };
  pieces.push(src ? element("img", { alt, ...guards, ...attributes, src }) : alt);
}

/** Of `[label`, `[label]` and `[label](addr` where the text so far ends, the label; of an image nothing. */
function hideOpening({ text, pieces, brackets }) {
  const index = brackets.at(-1);
  if (!(text.length - pieces[index]?.at < MAX_HIDDEN_CHARS)) return;
  if (pieces[index].marks === "[") pieces[index] = "";
  else pieces.length = index;
}

// Emphasis: the spec's "delimiter stack", and GitHub's `~~`

function readRun({ text, pieces, at }, run, marks) {
  const { length } = run;
  const [before] = /.?$/su.exec(text.slice(Math.max(0, at - length - 2), at - length));
  const [after] = /^.?/su.exec(text.slice(at, at + 2));
  const [left, right] = [flanks(before, after), flanks(after, before)];
  // In a word, stars are marks and underscores are not.
  const opens = left && (marks !== "_" || !right || MARK.test(before));
  const closes = right && (marks !== "_" || !left || MARK.test(after));
  pieces.push({ marks, count: length, length, opens, closes });
}

function flanks(outside, inside) {
  if (!inside.trim()) return false;
  return !MARK.test(inside) || !outside.trim() || MARK.test(outside) || UNSPACED.test(outside);
}

/** Strings and nodes: pairs of delimiter runs become elements, the rest text. */
function paired(pieces, isOpen) {
  const out = [];
  for (const piece of pieces) {
    if (piece.closes) close(out, piece);
    if (piece.count !== 0) out.push(piece);
  }
  if (isOpen) closeAtEnd(out);
  return merged(out);
}

function close(out, closer) {
  for (let index = out.length - 1; closer.count && index >= 0 && index > out.length - MAX_PIECES; index -= 1) {
    // What the runs are between is one piece now, and the opener may be gone.
    if (matches(out[index], closer) && wrap(out, index, closer)) index = out.length;
  }
}

function matches(opener, closer) {
  if (!opener.opens || opener.marks !== closer.marks) return false;
  if (closer.marks === "~") return opener.count === 2 && closer.count === 2;
  // "Rule of three" of the spec, which keeps `*foo**bar*` whole.
  const isEither = opener.closes || closer.opens;
  return !isEither || (opener.length + closer.length) % 3 > 0 || opener.length % 3 === 0;
}

/** In a text that still grows, `**so far` is already strong: no stars flash up and vanish. */
function closeAtEnd(out) {
  for (let index = out.length - 2; index >= 0; index -= 1) {
    const { opens, marks, count } = out[index];
    if (opens && (marks !== "~" || count === 2) && !wrap(out, index, { count })) return;
  }
}

/** Puts all behind the opener into an element; `false` if that would nest too deep. */
function wrap(out, index, closer) {
  const opener = out[index];
  const size = Math.min(2, opener.count, closer.count);
  const node = wrapped(opener.marks === "~" ? "del" : size === 2 ? "strong" : "em", {}, merged(out.slice(index + 1)));
  if (!node) return false;
  opener.count -= size;
  closer.count -= size;
  out.length = index + (opener.count > 0);
  return out.push(node);
}

function wrapped(name, attributes, children) {
  const depth = Math.max(0, ...children.map((child) => child.depth ?? 0)) + 1;
  return depth > MAX_NESTING ? null : Object.assign(element(name, attributes, children), { depth });
}

/** Unpaired marks as text, and neighbouring texts as one, so that a growing text keeps its node. */
function merged(pieces) {
  const out = [];
  for (const piece of pieces) {
    const text = piece.marks ? piece.marks.repeat(piece.count) : piece;
    if (typeof text === "string" && typeof out.at(-1) === "string") out[out.length - 1] += text;
    else if (text !== "") out.push(text);
  }
  return out;
}
