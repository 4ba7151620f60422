/**
 * Emphasis, pure: CommonMark's delimiter runs (spec 0.31, "Emphasis and strong emphasis") and GitHub's `~~`.
 * One widening: a run beside a Chinese, Japanese or Korean letter needs no space around it, since those
 * scripts write none.
 */

const MAX_DEPTH = 16; // a guess; what nests deeper is shown as text
const SPACE = /^\s?$/u;
const MARK = /[\p{P}\p{S}]/u;
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;

/** The delimiter run at `at`, as a piece that `pairDelimiters` resolves. */
export function delimiterAt({ text }, at) {
  const character = text[at];
  let next = at;
  while (text[next] === character) next += 1;
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? "";
  const after = next < text.length ? String.fromCodePoint(text.codePointAt(next)) : "";
  const opens = flanks(before, after);
  const closes = flanks(after, before);
  const inWord = character === "_" && opens && closes;
  const piece = {
    type: "delimiter",
    character,
    count: next - at,
    length: next - at,
    opens: opens && !(inWord && !MARK.test(before)),
    closes: closes && !(inWord && !MARK.test(after)),
  };
  return { piece, next };
}

function flanks(outside, inside) {
  if (SPACE.test(inside)) return false;
  return !MARK.test(inside) || SPACE.test(outside) || MARK.test(outside) || UNSPACED.test(outside);
}

/** Pieces without delimiters: pairs become `em`, `strong` and `del`, the rest text. */
export function pairDelimiters(pieces, { open }) {
  const out = [];
  const waiting = { "*": 0, _: 0, "~": 0 };
  for (const piece of pieces) {
    if (piece.type === "delimiter" && piece.closes) close(out, piece, waiting);
    if (piece.type !== "delimiter") out.push(piece);
    else if (piece.count > 0) {
      out.push(piece);
      if (piece.opens) waiting[piece.character] += 1;
    }
  }
  if (open) closeAtEnd(out);
  return merged(out.map(asText)).map(withoutDepth);
}

function close(out, closer, waiting) {
  // Without an opener of its kind there is nothing to look for: keeps "a* a* a*" linear.
  while (closer.count > 0 && waiting[closer.character] > 0) {
    const index = out.findLastIndex((piece) => matches(piece, closer));
    if (index === -1) return;
    const opener = out[index];
    const size = Math.min(2, opener.count, closer.count);
    const children = out.slice(index + 1);
    if (depthOf(children) >= MAX_DEPTH) return;
    for (const piece of children) if (piece.opens) waiting[piece.character] -= 1;
    out.length = index + 1;
    opener.count -= size;
    closer.count -= size;
    if (opener.count === 0) {
      out.pop();
      waiting[opener.character] -= 1;
    }
    out.push(wrapped(opener.character, size, children));
  }
}

function matches(opener, closer) {
  if (opener.type !== "delimiter" || !opener.opens || opener.character !== closer.character) return false;
  if (closer.character === "~") return opener.count === 2 && closer.count === 2;
  // "Rule of three" of the spec, which keeps `*foo**bar*` whole.
  const either = opener.closes || closer.opens;
  const sum = opener.length + closer.length;
  return !(either && sum % 3 === 0 && (opener.length % 3 !== 0 || closer.length % 3 !== 0));
}

/** In a text that still grows, `**so far` is already strong: no stars flash up and vanish. */
function closeAtEnd(out) {
  for (let index = out.length - 1; index >= 0; index -= 1) {
    const piece = out[index];
    if (piece.type !== "delimiter" || !piece.opens) continue;
    if (piece.character === "~" && piece.count !== 2) continue;
    const children = out.slice(index + 1);
    if (children.length === 0) continue;
    if (depthOf(children) >= MAX_DEPTH) return;
    out.length = index;
    out.push(wrapped(piece.character, Math.min(2, piece.count), children));
  }
}

function wrapped(character, size, children) {
  const type = character === "~" ? "del" : size === 2 ? "strong" : "em";
  return { type, depth: depthOf(children) + 1, children: merged(children.map(asText)).map(withoutDepth) };
}

function depthOf(pieces) {
  return pieces.reduce((deepest, piece) => Math.max(deepest, piece.depth ?? 0), 0);
}

function withoutDepth({ depth, ...piece }) {
  return piece;
}

function asText(piece) {
  return piece.type === "delimiter" ? { type: "text", text: piece.character.repeat(piece.count) } : piece;
}

function merged(pieces) {
  const out = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (piece.type !== "text") out.push(piece);
    else if (last?.type === "text") out[out.length - 1] = { type: "text", text: last.text + piece.text };
    else if (piece.text !== "") out.push(piece);
  }
  return out;
}
