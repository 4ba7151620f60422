/**
 * Markdown's inline half: the text of one block in, DOM nodes out, by CommonMark's method (spec 0.31, "A
 * parsing strategy") in one pass. HTML is text (but `<br>`), link references are text, `[1]` or `[1, 2]` is a
 * citation, and
 *
 * 1. a run of stars beside a Chinese, Japanese or Korean letter needs no space around it, since those scripts
 *    write none;
 * 2. `![alt](address =300x200)` gives an image its size, which keeps the text below from jumping.
 *
 * Until they are paired, pieces are strings, made nodes, delimiter runs and brackets:
 *
 * @typedef {string | {node: Node, depth: number, text?: string}
 *   | {marks: string, count: number, length: number, opens: boolean, closes: boolean}
 *   | {marks: "[" | "![", count: 1, isBracket: true, isSpent: boolean}} Piece
 */

import { element } from "./dom.js";
import { safeAddress } from "./links.js";

const MAX_DEPTH = 16; // a guess; what nests deeper is shown as text
const MAX_HIDDEN_CHARS = 300; // a guess; a `[` without an end is shown as one after that
const SPECIAL = /[\\`*_~[\]!<&\n]|https?:/g;
const PUNCTUATION = "[!-/:-@[-`{-~]";
const ADDRESS = String.raw`<((?:\\.|[^<>\\\n])*)>|((?:[^\s()\\]|\\\S?|\((?:[^\s()\\]|\\\S|\((?:[^\s()\\]|\\\S)*\))*\))*)`;
const TITLE = String.raw`\s+("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\))`;
const SIZE = String.raw`\s+=(\d{1,4})x(\d{1,4})`;
const TARGET = new RegExp(String.raw`\(\s*(?:${ADDRESS})(?:${TITLE})?(?:${SIZE})?\s*\)`, "ys");
const UNFINISHED_TARGET = /(?:\([^\s()]*(?:\s[^()]*)?)?$/y;
const CITATION = /\[(\d{1,3}(?:\s?,\s?\d{1,3})*)\](?!\()/y;
const BARE = /https?:\/\/[^\s<>"'`|]+/y;
const BRACKETED = /<([a-z][a-z\d+.-]{1,31}:[^\s<>]*|[\w.+-]+@[\w.-]+)>/iy;
const BREAK = /<br\s*\/?>/iy;
const REFERENCE = new RegExp(String.raw`\\(${PUNCTUATION})|&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));`, "giy");
const CHARACTERS = new Map(Object.entries({
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", copy: "©", reg: "®", trade: "™",
  hellip: "…", ndash: "–", mdash: "—", larr: "←", rarr: "→", times: "×", middot: "·", bull: "•", deg: "°",
}));
// What the end of an unfinished text may still turn out to be: marks of emphasis, a citation, an escape.
const UNDECIDED = /(?:(?<![*_~`])[*_~`]+|!?\[[\d,\s]*|!|\\|<\/?[a-z]{0,2}|&#?\w{0,7})$/;
const SPACE = /^\s?$/u;
const MARK = /[\p{P}\p{S}]/u;
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

const READERS = {
  "\\": readEscape,
  "&": readReference,
  "`": readCode,
  "[": readOpening,
  "]": readClosing,
  "!": readImageOpening,
  "<": readAngle,
  "\n": readLineEnd,
  h: readBareLink,
  "*": readRun,
  _: readRun,
  "~": readRun,
};

/**
 * @param {string} source
 * @param {import("./markdown.js").Surroundings} surroundings
 * @param {boolean} [isOpen] more of this text is coming, so marks not yet closed count as closed at its end,
 *   and an end that may still become a mark is held back
 * @returns {(Node | string)[]}
 */
export function inlineNodes(source, surroundings, isOpen) {
  const text = isOpen ? source.replace(UNDECIDED, "") : source;
  const reading = { text, surroundings, isOpen, pieces: [], brackets: [] };
  let at = 0;
  // Each reader adds pieces and says where it got to; what none of them takes is text.
  while (at < text.length) at = READERS[text[at]]?.(reading, at) || readPlain(reading, at);
  if (isOpen) hideOpening(reading);
  return paired(reading.pieces, isOpen).map((piece) => piece.node ?? piece);
}

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function readPlain({ text, pieces }, at) {
  const next = matchAt(SPECIAL, text, at + 1)?.index ?? text.length;
  pieces.push(text.slice(at, next));
  return next;
}

function addElement({ pieces }, name, attributes, children) {
  pieces.push({ node: element(name, attributes, children), depth: 0 });
}

function readEscape(reading, at) {
  if (reading.text[at + 1] !== "\n") return readReference(reading, at);
  addElement(reading, "br");
  return at + 2;
}

function readReference({ text, pieces }, at) {
  const match = matchAt(REFERENCE, text, at);
  if (!match) return null;
  pieces.push(characterOf(...match));
  return at + match[0].length;
}

function characterOf(whole, escaped, decimal, hex, name) {
  if (escaped) return escaped;
  if (name) return CHARACTERS.get(name) ?? whole;
  const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}

function unescaped(text) {
  return text.replace(new RegExp(REFERENCE, "gi"), characterOf);
}

function readCode(reading, at) {
  const { text, pieces, isOpen } = reading;
  const [fence] = matchAt(/`+/y, text, at);
  const start = at + fence.length;
  let end = text.length;
  for (const run of text.slice(start).matchAll(/`+/g)) {
    if (run[0] !== fence) continue;
    end = start + run.index;
    break;
  }
  if (end === text.length && !isOpen) {
    pieces.push(fence);
    return start;
  }
  const inside = text.slice(start, end).replaceAll("\n", " ");
  addElement(reading, "code", {}, [/^ .*[^ ].* $/.test(inside) ? inside.slice(1, -1) : inside]);
  return end + fence.length;
}

function readLineEnd(reading, at) {
  const { text, pieces } = reading;
  const last = pieces.at(-1);
  if (typeof last === "string") pieces[pieces.length - 1] = last.replace(/(?<! ) +$/, "");
  if (text.slice(0, at).endsWith("  ")) addElement(reading, "br");
  else pieces.push("\n");
  return at + 1;
}

function readAngle(reading, at) {
  const { text, pieces } = reading;
  const lineBreak = matchAt(BREAK, text, at);
  const match = lineBreak ?? matchAt(BRACKETED, text, at);
  if (!match) return null;
  if (lineBreak) addElement(reading, "br");
  else addLink(reading, match[1], {}, [match[1]]);
  return at + match[0].length;
}

function readBareLink(reading, at) {
  const { text } = reading;
  const match = /\w/.test(text[at - 1] ?? "") ? null : matchAt(BARE, text, at);
  if (!match) return null;
  const address = withoutTail(match[0]);
  addLink(reading, address, {}, [address]);
  return at + address.length;
}

/** A sentence's punctuation behind an address is not part of it, nor is a `)` opened before it. */
function withoutTail(address) {
  let surplus = address.split(")").length - address.split("(").length;
  let end = address.length;
  for (;;) {
    const last = address[end - 1];
    if (last === ")" && surplus > 0) surplus -= 1;
    else if (!last || !".,:;!?*_~]".includes(last)) return address.slice(0, end);
    end -= 1;
  }
}

// Brackets

function readOpening(reading, at, marks = "[") {
  const { text, pieces, brackets, surroundings } = reading;
  const match = marks === "[" && matchAt(CITATION, text, at);
  if (!match) {
    brackets.push(pieces.length);
    pieces.push({ marks, count: 1, isBracket: true, isSpent: false, at });
    return at + marks.length;
  }
  for (const number of match[1].split(",").map(Number)) {
    const node = surroundings.citation(number);
    pieces.push(node ? { node, depth: 0, text: `[${number}]` } : `[${number}]`);
  }
  return at + match[0].length;
}

function readImageOpening(reading, at) {
  return reading.text[at + 1] === "[" ? readOpening(reading, at, "![") : null;
}

function readClosing(reading, at) {
  const { text, pieces, brackets, isOpen } = reading;
  const index = brackets.pop();
  const opening = pieces[index];
  if (!opening || opening.isSpent) return null;
  const match = matchAt(TARGET, text, at + 1);
  if (match) return closeLink(reading, index, match);
  if (!isOpen || !matchAt(UNFINISHED_TARGET, text, at + 1)) return null;
  brackets.push(index);
  return text.length;
}

function closeLink({ pieces, brackets, ...reading }, index, match) {
  const [opening, ...inside] = pieces.splice(index);
  const [whole, bracketed, plain, title, width, height] = match;
  const attributes = { title: title && unescaped(title.slice(1, -1)) };
  const address = unescaped(bracketed ?? plain);
  // A button in a link would be unreachable, so a citation in one is text.
  const children = paired(inside.map((piece) => piece.text ?? piece));
  if (opening.marks === "[") {
    addLink({ ...reading, pieces }, address, attributes, children);
    for (const bracket of brackets) if (pieces[bracket].marks === "[") pieces[bracket].isSpent = true;
  } else addImage({ ...reading, pieces }, address, { ...attributes, width, height }, children);
  return match.index + whole.length;
}

function addLink({ pieces, surroundings }, address, attributes, children) {
  const href = safeAddress(address, surroundings.base);
  const guards = { href, target: "_blank", rel: "noopener nofollow" };
  const link = href && wrapped("a", { ...guards, ...attributes }, children);
  pieces.push(...(link ? [link] : children));
}

function addImage(reading, address, attributes, children) {
  const src = safeAddress(address, reading.surroundings.base);
  const alt = children.map((piece) => piece.node?.alt ?? piece.node?.textContent ?? piece).join("");
  const guards = { loading: "lazy", referrerpolicy: "no-referrer" };
  if (src) addElement(reading, "img", { alt, ...guards, ...attributes, src });
  else reading.pieces.push(alt);
}

/** Of `[label`, `[label]` and `[label](addr` where the text so far ends, the label; of an image nothing. */
function hideOpening({ text, pieces, brackets }) {
  const index = brackets.at(-1);
  const opening = pieces[index];
  if (!opening || text.length - opening.at > MAX_HIDDEN_CHARS) return;
  if (opening.marks === "[") pieces[index] = "";
  else pieces.length = index;
}

// Emphasis: the spec's "delimiter stack", and GitHub's `~~`

function readRun({ text, pieces }, at) {
  const character = text[at];
  let next = at;
  while (text[next] === character) next += 1;
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
  const after = next < text.length ? String.fromCodePoint(text.codePointAt(next)) : "";
  const opens = flanks(before, after);
  const closes = flanks(after, before);
  const isInWord = character === "_" && opens && closes;
  pieces.push({
    marks: character,
    count: next - at,
    length: next - at,
    opens: opens && !(isInWord && !MARK.test(before)),
    closes: closes && !(isInWord && !MARK.test(after)),
  });
  return next;
}

function flanks(outside, inside) {
  if (SPACE.test(inside)) return false;
  return !MARK.test(inside) || SPACE.test(outside) || MARK.test(outside) || UNSPACED.test(outside);
}

/** Strings and nodes: pairs of delimiter runs become elements, the rest text. */
function paired(pieces, isOpen) {
  const out = [];
  const floors = {};
  for (const piece of pieces) {
    if (piece.closes) close(out, piece, floors);
    if (piece.count !== 0) out.push(piece);
  }
  if (isOpen) closeAtEnd(out);
  return merged(out);
}

function close(out, closer, floors) {
  const kind = closer.marks + closer.opens + (closer.length % 3);
  while (closer.count > 0) {
    const index = out.findLastIndex((piece, at) => at < (floors[kind] ?? 0) || matches(piece, closer));
    // Nothing of this kind is below: keeps "a* a* a*" linear.
    if (index < (floors[kind] ?? 0) || !wrap(out, index, closer)) {
      floors[kind] = out.length;
      return;
    }
    for (const each in floors) floors[each] = Math.min(floors[each], index);
  }
}

function matches(opener, closer) {
  if (!opener.opens || opener.marks !== closer.marks || opener.count === 0) return false;
  if (closer.marks === "~") return opener.count === 2 && closer.count === 2;
  // "Rule of three" of the spec, which keeps `*foo**bar*` whole.
  const either = opener.closes || closer.opens;
  const sum = opener.length + closer.length;
  return !(either && sum % 3 === 0 && (opener.length % 3 !== 0 || closer.length % 3 !== 0));
}

/** In a text that still grows, `**so far` is already strong: no stars flash up and vanish. */
function closeAtEnd(out) {
  for (let index = out.length - 2; index >= 0; index -= 1) {
    const { opens, marks, count } = out[index];
    if (opens && (marks !== "~" || count === 2)) wrap(out, index, { count });
  }
}

/** Puts all behind the opener into an element; `false` if that would nest too deep. */
function wrap(out, index, closer) {
  const opener = out[index];
  const size = Math.min(2, opener.count, closer.count);
  const name = opener.marks === "~" ? "del" : size === 2 ? "strong" : "em";
  const piece = wrapped(name, {}, merged(out.slice(index + 1)));
  if (!piece) return false;
  opener.count -= size;
  closer.count -= size;
  out.length = index + (opener.count > 0);
  out.push(piece);
  return true;
}

function wrapped(name, attributes, children) {
  const depth = Math.max(0, ...children.map((child) => child.depth ?? 0)) + 1;
  if (depth > MAX_DEPTH) return null;
  return { node: element(name, attributes, children.map((child) => child.node ?? child)), depth };
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
