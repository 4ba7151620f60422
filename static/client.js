/**
 * The server without any interface: a search, and answers that stream, resume and stop. Runs in browsers and in Node
 * from 20 on; the types are in client.d.ts.
 *
 *     const client = createClient({ endpoint: "https://lectern.example.com", site: "pk_…" });
 *     for await (const { hits } of client.search("install")) show(hits);
 *     const answer = client.ask("How do I install it?");
 *     for await (const event of answer) if (event.type === "text") append(event.text);
 *
 * @typedef {import("./client.d.ts").AnswerEvent} AnswerEvent
 * @typedef {import("./client.d.ts").Source} Source
 * @typedef {import("./client.d.ts").Trouble} Trouble
 */

import { safeAddress } from "./links.js";

const TYPED_MS = 600; // a guess: who looks at the hits for so long has typed what they meant
const REQUEST_MS = 30_000; // a guess: longer than the server waits for its database
const SILENT_MS = 60_000; // four of the server's pings, which an `EventSource` keeps to itself
const ASLEEP_MS = 30_000; // a guess: after so long a network may have dropped a connection without a word
const PATIENCE_MS = 15_000; // a guess: for a connection, and what a server may ask for before its reader is told
const MAX_TRIES = 5; // of asking: 3 s, in which a reader sees nothing
const MAX_LOSSES = 13; // in a row: a minute and a half, in which a server restarts or a train leaves its tunnel

/** @type {typeof import("./client.d.ts").createClient} */
export function createClient({ endpoint, site }) {
  const server = new Server(endpoint, site);
  return {
    site: () => server.get("v1/site"),
    search: (query, options) => search(server, query, options),
    ask: (query, options) => new Answer(server, { ...options, query }),
    resume: (id, options) => new Answer(server, { ...options, id }),
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

/** Twice where the server compares meanings only for who has paused. */
async function* search(server, query, { limit = 8, signal } = {}) {
  for (const paused of [0, 1]) {
    const { hits, confidence } = await server.get("v1/search", { query, limit, paused }, signal);
    const sources = server.sources(hits);
    yield { hits: sources, confidence };
    if (paused || sources.some((hit) => hit.byMeaning)) return;
    await new Promise((resolve) => setTimeout(resolve, TYPED_MS));
  }
}

class Answer {
  text = "";
  /** @type {Source[]} */
  sources = [];
  #server;
  #asked;
  #source;
  #position;
  #losses = 0;
  #timer;
  #heardAt;
  /** @type {AnswerEvent[]} */
  #events = [];
  #wake = () => {};
  #isDone = false;
  #leaving = new AbortController();

  constructor(server, asked) {
    this.#server = server;
    this.#asked = asked;
    ({ id: this.id = null, query: this.query = "", conversation: this.conversation = null } = asked);
    // `randomUUID` is missing on plain http.
    this.key = asked.key ?? crypto.getRandomValues(new Uint8Array(16)).join("-");
  }

  stop() {
    if (this.#isDone) return;
    this.#end("stopped");
    if (this.id) this.#delete();
  }

  /** @returns {AsyncGenerator<AnswerEvent>} */
  async *[Symbol.asyncIterator]() {
    const { signal } = this.#asked;
    const until = { signal: this.#leaving.signal };
    signal?.addEventListener("abort", () => this.#leave(), until);
    if (signal?.aborted) this.#leave();
    // Node has no such events.
    for (const type of ["online", "visibilitychange"]) globalThis.addEventListener?.(type, (event) => this.#back(event), until);
    if (!until.signal.aborted) (this.id ? this.#connect() : this.#open()).catch((error) => this.#end("error", error));
    try {
      for (;;) {
        while (this.#events.length && !signal?.aborted) yield this.#events.shift();
        if (until.signal.aborted) return;
        await new Promise((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#leave();
    }
  }

  /** Who stops or leaves before there is an id does not cut the request short: the answer may have begun. */
  async #open() {
    const { signal, fresh, key, ...question } = this.#asked;
    const body = { ...question, ...this.#server.site };
    const request = { headers: { "Idempotency-Key": this.key }, cache: fresh ? "reload" : "default" };
    for (let tries = 1; !this.id; tries += 1) {
      try {
        ({ id: this.id, conversation: this.conversation } = await this.#server.send("POST", "v1/answers", body, request));
      } catch (error) {
        const pause = Math.max(pauseAfter(tries), error.retryAfterSeconds * 1000);
        if (tries === MAX_TRIES || isFinal(error) || pause > PATIENCE_MS || this.#leaving.signal.aborted) throw error;
        await new Promise((resolve) => this.#wait(pause, resolve));
      }
    }
    if (this.#isDone) return this.#delete();
    this.#tell({ type: "asked", id: this.id, conversation: this.conversation });
    await this.#connect();
  }

  async #connect() {
    const { EventSource } = globalThis.EventSource ? globalThis : await import("./event-stream.js");
    if (this.#leaving.signal.aborted) return;
    this.#source?.close();
    const source = new EventSource(this.#server.address(`${answerPath(this.id)}/events`, this.#position && { after: this.#position }));
    for (const type of ["sources", "delta", "answer", "problem"]) source.addEventListener(type, (event) => this.#heard(event));
    source.onopen = () => this.#watch();
    source.onerror = () => this.#lost();
    this.#source = source;
    this.#wait(PATIENCE_MS, () => this.#lost());
  }

  #wait(milliseconds, act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, milliseconds);
  }

  #watch() {
    this.#heardAt = Date.now();
    this.#wait(SILENT_MS, () => this.#connect());
  }

  #back({ type }) {
    if (this.#source && (type === "online" || Date.now() - this.#heardAt > ASLEEP_MS)) this.#connect();
  }

  /** Coming back is ours: an `EventSource` gives up at a 503, and cannot see why it was refused. */
  #lost() {
    this.#source.close();
    this.#losses += 1;
    // Who is back at once has lost nothing that a reader would have to know.
    if (this.#losses === 2) this.#tell({ type: "lost" });
    if (this.#losses > MAX_LOSSES) return this.#end("error", {});
    this.#wait(pauseAfter(this.#losses), () => this.#connect());
    this.#server.get(answerPath(this.id), {}, this.#leaving.signal).catch((error) => isFinal(error) && this.#end("error", error));
  }

  #heard({ type, data, lastEventId }) {
    const position = Number(lastEventId.split(":")[1]);
    if (position <= this.#position || this.#leaving.signal.aborted) return;
    this.#watch();
    // Code points, as the server counts; a piece may begin with some that are here already. All are new without a position.
    const news = position - this.#position;
    this.#position = position;
    this.#losses = 0;
    const body = JSON.parse(data);
    if (type === "delta") {
      const text = [...body.text].slice(-news).join("");
      this.text += text;
      this.#tell({ type: "text", text });
    } else if (type === "sources") {
      const { query, confidence, searched_query: searchedQuery, is_refusal: isRefusal } = body;
      const sources = this.#server.sources(body.sources);
      Object.assign(this, { query, sources });
      this.#tell({ type, sources, confidence, searchedQuery, isRefusal });
    } else this.#end(body.finish_reason, body.error);
  }

  #end(reason, error = null) {
    this.#isDone = true;
    this.#tell({ type: "done", reason, trouble: error && new LecternError(error) });
    this.#leave();
  }

  #tell(event) {
    if (this.#leaving.signal.aborted) return;
    this.#events.push(event);
    this.#wake();
  }

  #leave() {
    this.#leaving.abort();
    this.#source?.close();
    clearTimeout(this.#timer);
    this.#wake();
  }

  #delete() {
    this.#server.send("DELETE", answerPath(this.id)).catch(() => {});
  }
}

/** Requests to one server for one site. */
class Server {
  constructor(endpoint, site) {
    this.base = new URL(String(endpoint).replace(/\/*$/, "/"));
    this.site = site && { site };
  }

  address(path, parameters) {
    const url = new URL(path, this.base);
    url.search = new URLSearchParams({ ...this.site, ...parameters });
    return url;
  }

  get(path, parameters, signal) {
    return answered(this.address(path, parameters), {}, signal);
  }

  /** Without a content type, which a browser would have to ask for first when another site's page is about to go. */
  send(method, path, body, more) {
    const signal = AbortSignal.timeout(REQUEST_MS);
    return answered(this.address(path), { method, body: JSON.stringify(body), keepalive: true, signal, ...more });
  }

  /** @returns {Source[]} */
  sources(list) {
    return list.map((source) => ({
      number: null,
      ...source,
      headingPath: source.heading_path ?? [],
      ranges: { title: source.title_ranges, heading: source.heading_ranges, excerpt: source.ranges },
      byMeaning: source.similarity !== null,
      // Relative addresses are the server's own: it shows pages of sites that have no address.
      href: safeAddress(source.url, this.base),
    }));
  }
}

/** The JSON of a response; throws a `LecternError`, or the signal's reason. */
async function answered(address, request, signal) {
  const failed = () => signal?.throwIfAborted();
  const response = await fetch(address, { signal, ...request }).catch(failed);
  const body = await response?.json().catch(failed);
  if (response?.ok && (body || response.status === 204)) return body;
  const retryAfterSeconds = Number(response?.headers.get("Retry-After")) || null;
  throw new LecternError({ ...body?.error, status: response?.status, retryAfterSeconds });
}

/** Whether trying again is of no use. */
function isFinal({ status, retryAfterSeconds }) {
  return status >= 400 && status < 500 && !retryAfterSeconds;
}

/** Of several tries. A server that comes back is met by all its readers at once, unless chance parts them. */
function pauseAfter(tries) {
  return 100 * tries ** 2 * (0.5 + Math.random());
}

function answerPath(id) {
  return `v1/answers/${encodeURIComponent(id)}`;
}
