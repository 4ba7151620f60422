/**
 * Markdown's inline half, pure: the text of one block in, a tree of pieces out. HTML is text (but `<br>`),
 * images are their alternative text, link references are text, and `[1]` or `[1, 2]` is a citation.
 *
 * @typedef {{type: "text", text: string} | {type: "code", text: string} | {type: "break"}
 *   | {type: "citation", number: number}
 *   | {type: "link", address: string, children: Piece[]}
 *   | {type: "strong" | "em" | "del", children: Piece[]}} Piece
 */

import { delimiterAt, pairDelimiters } from "./markdown-emphasis.js";

const SPECIAL = /[\\`*_~[!<&\nh]/g;
const MAX_LABEL_CHARS = 1000; // keeps a page of "[" from being searched again for each of them
const CITATION = /\[(\d{1,3}(?:\s?,\s?\d{1,3})*)\](?!\()/y;
const ADDRESS = /<([^<>\n]*)>|((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*)/.source;
const TITLE = /\s+(?:"[^"]*"|'[^']*')/.source;
const TARGET = new RegExp(`\\(\\s*(?:${ADDRESS})(?:${TITLE})?\\s*\\)`, "y");
const BARE = /https?:\/\/[^\s<>"'`|]+/y;
const BRACKETED = /<(https?:\/\/[^\s<>]+)>/iy;
const BREAK = /<br\s*\/?>/iy;
const ENTITY = /&(?:(amp|lt|gt|quot|apos|nbsp)|#(\d{1,7})|#[xX]([\da-fA-F]{1,6}));/y;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };
// What the end of an unfinished text may still turn out to be: marks of emphasis, a citation, an escape.
const UNDECIDED = /(?:[*_~`]+|!?\[[\d,\s]*|!|\\|<\/?[a-z]{0,2}|&#?\w{0,7})$/;

const READERS = {
  "\\": escapeAt,
  "`": codeAt,
  "[": bracketAt,
  "!": imageAt,
  "<": angleAt,
  "&": entityAt,
  "\n": lineEndAt,
  h: bareLinkAt,
  "*": delimiterAt,
  _: delimiterAt,
  "~": delimiterAt,
};

/**
 * Citations come without their brackets, whether known or not: who renders them decides.
 *
 * @param {string} text
 * @param {{open?: boolean, inLink?: boolean}} [options] `open`: more of this text is coming, so marks not yet
 *   closed count as closed at its end, and an end that may still become a mark is held back
 * @returns {Piece[]}
 */
export function parseInline(text, { open = false, inLink = false } = {}) {
  const state = { text: open ? text.replace(UNDECIDED, "") : text, open, inLink };
  const pieces = [];
  let at = 0;
  while (at < state.text.length) {
    const found = READERS[state.text[at]]?.(state, at);
    const { piece, next } = found ?? plainAt(state.text, at);
    pieces.push(...[piece].flat());
    at = next;
  }
  return pairDelimiters(pieces, { open });
}

function textPiece(text) {
  return { type: "text", text };
}

function plainAt(text, at) {
  SPECIAL.lastIndex = at + 1;
  const next = SPECIAL.exec(text)?.index ?? text.length;
  return { piece: textPiece(text.slice(at, next)), next };
}

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function escapeAt({ text }, at) {
  const next = text[at + 1] ?? "";
  if (next === "\n") return { piece: { type: "break" }, next: at + 2 };
  return /[!-/:-@[-`{-~]/.test(next) ? { piece: textPiece(next), next: at + 2 } : null;
}

function codeAt({ text, open }, at) {
  const marks = /`+/y;
  const [fence] = matchAt(marks, text, at);
  const start = at + fence.length;
  const end = closingRun(text, start, fence.length);
  if (end === -1 && !open) return { piece: textPiece(fence), next: start };
  const inside = text.slice(start, end === -1 ? text.length : end).replaceAll("\n", " ");
  const padded = /^ .*[^ ].* $/.test(inside);
  const piece = { type: "code", text: padded ? inside.slice(1, -1) : inside };
  return { piece, next: end === -1 ? text.length : end + fence.length };
}

function closingRun(text, from, length) {
  for (const run of text.slice(from).matchAll(/`+/g)) {
    if (run[0].length === length) return from + run.index;
  }
  return -1;
}

function bracketAt(state, at) {
  return citationAt(state, at) ?? linkAt(state, at) ?? unfinishedLinkAt(state, at);
}

function citationAt({ text, inLink }, at) {
  const match = inLink ? null : matchAt(CITATION, text, at);
  if (!match) return null;
  const numbers = match[1].split(",").map(Number);
  return { piece: numbers.map((number) => ({ type: "citation", number })), next: at + match[0].length };
}

function linkAt({ text, inLink }, at) {
  const end = labelEnd(text, at);
  const target = end === -1 ? null : matchAt(TARGET, text, end + 1);
  if (!target || inLink) return null;
  const children = parseInline(text.slice(at + 1, end), { inLink: true });
  const address = (target[1] ?? target[2]).replace(/\\([!-/:-@[-`{-~])/g, "$1");
  return { piece: { type: "link", address, children }, next: end + 1 + target[0].length };
}

/** Index of the `]` that belongs to the `[` at `at`, or -1; code binds tighter, so none in it counts. */
function labelEnd(text, at) {
  const limit = Math.min(text.length, at + MAX_LABEL_CHARS);
  let depth = 0;
  for (let index = at; index < limit; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === "`") index = codeEnd(text.slice(0, limit), index) - 1;
    else if (text[index] === "[") depth += 1;
    else if (text[index] === "]") depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}

/** Where the code that begins at `at` ends, or only its backticks if it does not. */
function codeEnd(text, at) {
  const { length } = matchAt(/`+/y, text, at)[0];
  const end = closingRun(text, at + length, length);
  return end === -1 ? at + length : end + length;
}

/** `[label`, `[label]` or `[label](addr` where the text so far ends: the label alone, until more is known. */
function unfinishedLinkAt({ text, open }, at) {
  if (!open || text.length - at > MAX_LABEL_CHARS) return null;
  const match = /^\[([^[\]]*)(?:\](?:\([^\s)]*)?)?$/.exec(text.slice(at));
  return match && { piece: parseInline(match[1], { open, inLink: true }), next: text.length };
}

function imageAt({ text, open }, at) {
  if (text[at + 1] !== "[") return null;
  const end = labelEnd(text, at + 1);
  const target = end === -1 ? null : matchAt(TARGET, text, end + 1);
  if (target) return { piece: textPiece(text.slice(at + 2, end)), next: end + 1 + target[0].length };
  return unfinishedLinkAt({ text, open }, at + 1);
}

function angleAt({ text, inLink }, at) {
  const lineBreak = matchAt(BREAK, text, at);
  if (lineBreak) return { piece: { type: "break" }, next: at + lineBreak[0].length };
  const match = inLink ? null : matchAt(BRACKETED, text, at);
  return match && { piece: autolink(match[1]), next: at + match[0].length };
}

function bareLinkAt({ text, inLink }, at) {
  const match = inLink || /\w/.test(text[at - 1] ?? "") ? null : matchAt(BARE, text, at);
  if (!match) return null;
  const address = withoutTail(match[0]);
  return { piece: autolink(address), next: at + address.length };
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

function autolink(address) {
  return { type: "link", address, children: [textPiece(address)] };
}

function entityAt({ text }, at) {
  const match = matchAt(ENTITY, text, at);
  if (!match) return null;
  const [whole, name, decimal, hex] = match;
  const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
  const character = name ? ENTITIES[name] : fromCode(code);
  return { piece: textPiece(character), next: at + whole.length };
}

function fromCode(code) {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}

function lineEndAt({ text }, at) {
  const hard = text.slice(0, at).endsWith("  ");
  return { piece: hard ? { type: "break" } : textPiece("\n"), next: at + 1 };
}
