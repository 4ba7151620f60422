/**
 * The server as the box sees it: a search, and an answer that streams. What comes in is checked here, so the
 * views may rely on it.
 *
 * @typedef {object} Source
 * @property {number | null} number what an answer cites it by; `null` for a search hit
 * @property {string} title
 * @property {string} heading
 * @property {string} excerpt
 * @property {[number, number][]} ranges
 * @property {boolean} byMeaning whether its meaning was compared too, and not its words alone
 * @property {string | null} href absolute and safe to link to, or `null`
 *
 * @typedef {{code: string, message: string}} Trouble
 *
 * @typedef {object} Listener
 * @property {(sources: Source[]) => void} sources may come more than once; the latest counts
 * @property {(text: string) => void} text
 * @property {(reason: string, trouble: Trouble | null) => void} finished once, last; `trouble` when the
 *   reason is `error`
 */

import { safeAddress } from "./links.js";

const UNREACHABLE = "The documentation server cannot be reached right now. Please try again in a moment.";
const OFFLINE = "This device seems to be offline. Please try again when it is connected.";
const CUT_OFF = "The connection was lost while the answer was being written.";

/**
 * @param {URL} endpoint
 * @param {string} path
 * @param {Record<string, string | number>} parameters
 */
export function addressOf(endpoint, path, parameters = {}) {
  const address = new URL(endpoint);
  address.pathname = `${address.pathname.replace(/\/+$/, "")}/${path}`;
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, String(value));
  return address;
}

/**
 * Sections for a query, best first. `paused` says that the reader has stopped typing: a server whose embedding model
 * costs money asks it only then.
 *
 * @param {URL} endpoint
 * @param {string} query white space at its end finishes the last word
 * @param {{limit: number, signal: AbortSignal, paused: boolean}} options
 * @returns {Promise<Source[]>} rejects when the server is away or refuses
 */
export async function search(endpoint, query, { limit, signal, paused }) {
  const parameters = { query, limit, ...(paused && { paused: 1 }) };
  const response = await fetch(addressOf(endpoint, "v1/search", parameters), { signal });
  if (!response.ok) throw new Error(`search answered ${response.status}`);
  const { hits } = await response.json();
  return readSources(hits, endpoint);
}

/**
 * Asks once and tells the listener what comes. A lost connection is told as trouble.
 *
 * @param {URL} endpoint
 * @param {string} query
 * @param {Listener} listener
 * @param {boolean} isFresh whether an answer that was given before will not do
 * @returns {() => void} stops: the connection is closed and the listener hears nothing more
 */
export function streamAnswer(endpoint, query, listener, isFresh) {
  const events = new EventSource(addressOf(endpoint, "v1/query", { query, ...(isFresh && { fresh: 1 }) }));
  let heard = false;
  let answer = "";
  let last = { reason: "", trouble: null };
  const finish = (reason, trouble) => {
    events.close();
    listener.finished(reason, trouble);
  };
  events.addEventListener("message", ({ data }) => {
    heard = true;
    if (data === "[DONE]") return finish(last.reason || "stop", last.trouble);
    const frame = readFrame(data, endpoint);
    if (!frame) return finish("error", { code: "unreadable", message: CUT_OFF });
    answer = frame.answer;
    if (frame.sources) listener.sources(frame.sources);
    if (frame.text) listener.text(frame.text);
    if (frame.reason) last = frame;
  });
  events.addEventListener("error", () => {
    if (last.reason) finish(last.reason, last.trouble);
    else finish("error", { code: "unreachable", message: explainLoss(heard) });
  });
  return () => {
    events.close();
    if (answer && !last.reason) stopAnswer(endpoint, answer);
  };
}

/** Tells the server that nobody waits any more; without it the model would go on for a while, for who comes back. */
function stopAnswer(endpoint, answer) {
  const request = { method: "DELETE", keepalive: true };
  fetch(addressOf(endpoint, `v1/answers/${encodeURIComponent(answer)}`), request).catch(() => {});
}

function explainLoss(heard) {
  if (navigator.onLine === false) return OFFLINE;
  return heard ? CUT_OFF : UNREACHABLE;
}

/**
 * One frame of the stream, or `null` when it is none.
 *
 * @param {string} data
 * @param {URL} endpoint
 */
export function readFrame(data, endpoint) {
  const frame = parsed(data);
  const choice = frame?.choices?.[0];
  if (!choice) return null;
  return {
    answer: textIn(frame.id),
    text: textIn(choice.text ?? choice.delta?.content),
    sources: Array.isArray(frame.sources) ? readSources(frame.sources, endpoint) : null,
    reason: textIn(choice.finish_reason),
    trouble: frame.error ? { code: textIn(frame.error.code), message: textIn(frame.error.message) } : null,
  };
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/** @returns {Source[]} */
function readSources(list, endpoint) {
  if (!Array.isArray(list)) throw new Error("sources are not a list");
  return list.map((source) => ({
    number: Number.isInteger(source.number) ? source.number : null,
    title: textIn(source.title) || textIn(source.path),
    heading: textIn(source.heading),
    excerpt: textIn(source.excerpt),
    ranges: Array.isArray(source.ranges) ? source.ranges.filter(isRange) : [],
    byMeaning: typeof source.similarity === "number",
    // Relative addresses are the server's own: it shows pages of sites that have no address.
    href: safeAddress(source.url, endpoint),
  }));
}

function isRange(range) {
  return Array.isArray(range) && range.length === 2 && range.every(Number.isInteger);
}

function textIn(value) {
  return typeof value === "string" ? value : "";
}
