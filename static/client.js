/**
 * The server without any interface: a search, and answers that stream, resume and stop. What comes in is checked
 * here, so whoever shows it may rely on it. Runs in browsers and in Node from 20 on.
 *
 *     const client = createClient({ endpoint: "https://lectern.example.com", site: "pk_…" });
 *     for await (const { hits } of client.search("install")) show(hits);
 *     const answer = client.ask("How do I install it?");
 *     for await (const event of answer) if (event.type === "text") append(event.text);
 *
 * @typedef {object} Source
 * @property {number | null} number what an answer cites it by; `null` for a search hit
 * @property {string} path of its page
 * @property {string} title
 * @property {string} heading
 * @property {string[]} headingPath the headings above the section and its own
 * @property {string} excerpt
 * @property {{title: Range[], heading: Range[], excerpt: Range[]}} ranges the query's words in each
 * @property {boolean} byMeaning whether its meaning was compared too, and not its words alone
 * @property {string | null} href absolute and safe to link to, or `null`
 *
 * @typedef {[number, number]} Range half-open, in UTF-16 code units
 * @typedef {{code: string, message: string, status: number | null, retryAfterSeconds: number | null}} Trouble
 * @typedef {{hits: Source[], confidence: string | null}} Found
 *
 * @typedef {{type: "asked", id: string, conversation: string}
 *   | {type: "sources", sources: Source[], confidence: string | null, searchedQuery: string | null}
 *   | {type: "text", text: string}
 *   | {type: "lost"}
 *   | {type: "done", reason: string, trouble: Trouble | null}} AnswerEvent `lost` says that the connection is gone and
 *   sought anew; `done` comes last, exactly once, with trouble when the reason is `error`
 */

import { safeAddress } from "./links.js";

const PAUSE_MS = 600; // a guess: who looks at the hits for so long has typed what they meant
const RETRY_MS = [300, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]; // a guess: a server restarts within a minute
const EVENTS = ["sources", "delta", "answer", "problem"];

/**
 * @param {{endpoint: string | URL, site?: string}} options `endpoint`: base address of the Lectern server
 */
export function createClient({ endpoint, site = "" }) {
  const server = new Server(new URL(endpoint), site);
  return {
    /** @returns {Promise<object>} what `GET /v1/site` tells */
    site: () => server.get("v1/site"),

    /**
     * Sections for a query, best first; twice where the server compares meanings only for who has paused.
     *
     * @param {string} query white space at its end finishes the last word
     * @param {{limit?: number, signal?: AbortSignal}} [options]
     * @returns {AsyncGenerator<Found>} throws a `Trouble`, or the signal's reason
     */
    search: (query, options) => search(server, query, options),

    /**
     * @param {string} query
     * @param {{conversation?: string, fresh?: boolean, filter?: object, page?: string, signal?: AbortSignal}} [options]
     *   `fresh`: an answer given before will not do; `signal` leaves the answer without stopping it
     */
    ask: (query, options = {}) => new Answer(server, { query, ...options }),

    /** An answer asked for before, from its beginning. @param {string} id @param {{signal?: AbortSignal}} [options] */
    resume: (id, options = {}) => new Answer(server, { id, ...options }),

    /** @param {string} id @param {{rating: "up" | "down" | null, reason?: string, comment?: string}} feedback */
    rate: (id, feedback) => server.send("POST", `${answerPath(id)}/feedback`, feedback),
  };
}

/** What went wrong, with a sentence that a reader may see. */
export class LecternError extends Error {
  /** @param {Partial<Trouble>} trouble */
  constructor({ code = "unreachable", message = "The server cannot be reached.", status = null, retryAfterSeconds = null }) {
    super(message);
    Object.assign(this, { code, status, retryAfterSeconds });
  }
}

async function* search(server, query, { limit = 8, signal } = {}) {
  const once = async (more) => {
    const { hits, confidence } = await server.get("v1/search", { query, limit, ...more }, signal);
    return { hits: readSources(hits, server.endpoint), confidence: confidence ?? null };
  };
  const found = await once();
  yield found;
  if (found.hits.some((hit) => hit.byMeaning)) return;
  await pause(PAUSE_MS, signal);
  yield await once({ paused: 1 });
}

/** One answer as it comes: iterate it once. What came so far stays in its properties. */
class Answer {
  text = "";
  /** @type {Source[]} */
  sources = [];
  #server;
  #asked;
  #position = -1;
  #leaving = new AbortController();
  #stopped = false;

  constructor(server, { signal, ...asked }) {
    this.#server = server;
    this.#asked = asked;
    this.id = asked.id ?? null;
    this.query = asked.query ?? "";
    this.conversation = asked.conversation ?? null;
    signal?.addEventListener("abort", () => this.#leaving.abort(signal.reason));
    if (signal?.aborted) this.#leaving.abort(signal.reason);
  }

  /** Ends the model's work; what was written is kept, and the last event is `done`. */
  stop() {
    this.#stopped = true;
    this.#leaving.abort();
    if (this.id) this.#server.send("DELETE", answerPath(this.id)).catch(() => {});
  }

  /** @returns {AsyncGenerator<AnswerEvent>} */
  async *[Symbol.asyncIterator]() {
    try {
      if (!this.id) yield await this.#open();
      yield* this.#follow();
    } catch (error) {
      if (this.#stopped) yield { type: "done", reason: "stopped", trouble: null };
      else if (!this.#leaving.signal.aborted) yield { type: "done", reason: "error", trouble: asTrouble(error) };
    }
  }

  async #open() {
    const { query, conversation, filter, page, fresh } = this.#asked;
    const headers = { "Idempotency-Key": randomKey(), ...(fresh && { "Cache-Control": "no-cache" }) };
    const body = { query, conversation, filter, page, site: this.#server.site || undefined };
    // Not by the signal: who stops before there is an id still has to stop the answer.
    const answer = await this.#again(() => this.#server.send("POST", "v1/answers", body, headers), 2);
    this.id = answer.id;
    this.conversation = answer.conversation;
    if (this.#stopped) this.stop();
    return { type: "asked", id: this.id, conversation: this.conversation };
  }

  async *#follow() {
    for (let attempt = 0; ; attempt += 1) {
      this.#leaving.signal.throwIfAborted();
      for await (const message of await this.#connect()) {
        const event = this.#read(message);
        if (event) attempt = 0;
        if (event) yield event;
        if (event?.type === "done") return;
      }
      yield { type: "lost" };
      await pause(RETRY_MS[attempt] ?? fail(), this.#leaving.signal);
      // An `EventSource` cannot see why it was refused.
      await this.#again(() => this.#server.get(answerPath(this.id), {}, this.#leaving.signal), RETRY_MS.length);
    }
  }

  async #connect() {
    const after = this.#position < 0 ? {} : { after: this.#position };
    const address = this.#server.address(`${answerPath(this.id)}/events`, after);
    const listen = globalThis.EventSource ? listenTo : (await import("./event-stream.js")).readEvents;
    return listen(address, EVENTS, this.#leaving.signal);
  }

  /** Tries again what failed because the server is away. */
  async #again(act, times) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await act();
      } catch (error) {
        if (attempt >= times || !isPassing(error)) throw error;
        await pause(RETRY_MS[attempt] ?? 0, this.#leaving.signal);
      }
    }
  }

  #read({ type, data, lastEventId }) {
    const position = Number(lastEventId.split(":").at(-1));
    if (!(position > this.#position)) return null; // a piece that is there already
    this.#position = position;
    const body = JSON.parse(data);
    if (type === "delta") return this.#wrote(textIn(body.text));
    if (type === "sources") return this.#found(body);
    return { type: "done", reason: textIn(body.finish_reason) || "stop", trouble: body.error ? asTrouble(body.error) : null };
  }

  #wrote(text) {
    this.text += text;
    return { type: "text", text };
  }

  #found({ query, sources, confidence, searched_query }) {
    this.query = textIn(query) || this.query;
    this.sources = readSources(sources, this.#server.endpoint);
    return { type: "sources", sources: this.sources, confidence: confidence ?? null, searchedQuery: searched_query ?? null };
  }
}

/** Requests to one server for one site. */
class Server {
  constructor(endpoint, site) {
    this.endpoint = endpoint;
    this.site = site;
  }

  address(path, parameters = {}) {
    const address = new URL(this.endpoint);
    address.pathname = `${address.pathname.replace(/\/+$/, "")}/${path}`;
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, String(value));
    return address;
  }

  get(path, parameters, signal) {
    return answered(this.address(path, { ...parameters, ...(this.site && { site: this.site }) }), { signal });
  }

  send(method, path, body, headers) {
    const json = body && { "Content-Type": "application/json" };
    return answered(this.address(path), {
      method,
      headers: { ...json, ...headers },
      body: body && JSON.stringify(body),
      keepalive: true, // the page may be about to go
    });
  }
}

async function answered(address, request) {
  const response = await fetch(address, request).catch((error) => {
    throw request.signal?.aborted ? error : new LecternError({});
  });
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  const retryAfterSeconds = Number(response.headers.get("retry-after")) || null;
  throw new LecternError({ ...body?.error, status: response.status, retryAfterSeconds });
}

/** The events of an `EventSource` until it loses its connection: coming back is ours, since it gives up at a 503. */
async function* listenTo(address, names, signal) {
  const source = new EventSource(address);
  const heard = [];
  let wake = () => {};
  const hear = (event) => wake(heard.push(event));
  for (const name of [...names, "error"]) source.addEventListener(name, hear);
  signal.addEventListener("abort", hear);
  try {
    for (;;) {
      for (const event of heard.splice(0)) {
        if (event.type === "error" || signal.aborted) return;
        yield event;
      }
      await new Promise((resolve) => (wake = resolve));
    }
  } finally {
    source.close();
    signal.removeEventListener("abort", hear);
  }
}

function answerPath(id) {
  return `v1/answers/${encodeURIComponent(id)}`;
}

function isPassing({ code, status }) {
  return code === "unreachable" || status >= 500;
}

function fail() {
  throw new LecternError({});
}

/** @returns {Trouble} */
function asTrouble({ code, message, status, retryAfterSeconds }) {
  return { code: textIn(code) || "unknown", message: textIn(message), status: status ?? null, retryAfterSeconds: retryAfterSeconds ?? null };
}

/** Resolves after a while, or at once when the device is connected again; rejects when the signal says so. */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    globalThis.addEventListener?.("online", resolve, { once: true, signal });
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}

/** `crypto.randomUUID` is missing on pages that came by plain http. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @returns {Source[]} */
function readSources(list, endpoint) {
  if (!Array.isArray(list)) return [];
  return list.map((source) => ({
    number: Number.isInteger(source.number) ? source.number : null,
    path: textIn(source.path),
    title: textIn(source.title) || textIn(source.path),
    heading: textIn(source.heading),
    headingPath: Array.isArray(source.heading_path) ? source.heading_path.map(textIn) : [],
    excerpt: textIn(source.excerpt),
    ranges: { title: ranges(source.title_ranges), heading: ranges(source.heading_ranges), excerpt: ranges(source.ranges) },
    byMeaning: typeof source.similarity === "number",
    // Relative addresses are the server's own: it shows pages of sites that have no address.
    href: safeAddress(source.url, endpoint),
  }));
}

function ranges(list) {
  const isRange = (range) => Array.isArray(range) && range.length === 2 && range.every(Number.isInteger);
  return Array.isArray(list) ? list.filter(isRange) : [];
}

function textIn(value) {
  return typeof value === "string" ? value : "";
}
