/** A server that answers as Lectern does, over real HTTP, and has bad days as told: for tests of static/client.js. */

import { createServer } from "node:http";

const FINISHED = 1_000_000_002;

export class LecternServer {
  /** How each next connection to an answer's events behaves, the first one first: see `Day`. */
  days = [];
  /** Those of answers of other ids than `a`. */
  daysOf = {};
  /** Instead of `201` for each next question. */
  refusals = [];
  /** Whether it knows the parameter `after`; else it tells from the beginning. */
  knowsAfter = true;
  isKnown = true;
  /** @type {{method: string, url: URL, headers: object, body: any}[]} */
  requests = [];
  pieces = [];
  sources = [SOURCE];
  problem = null;
  searches = [];
  openStreams = 0;
  newline = "\n";
  #held = [];
  #server = createServer((request, response) => this.#answer(request, response));

  async start() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  get text() {
    return this.pieces.join("");
  }

  asked(method, part = "") {
    return this.requests.filter((request) => request.method === method && request.url.pathname.includes(part));
  }

  /** Lets go what `held` days keep back. */
  release() {
    for (const act of this.#held.splice(0)) act();
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.url);
    let body = "";
    for await (const chunk of request) body += chunk;
    this.requests.push({ method: request.method, url, headers: request.headers, body: body && JSON.parse(body) });
    response.json = (status, value, headers = {}) => response.writeHead(status, headers).end(value && JSON.stringify(value));
    if (url.pathname.endsWith("/events")) return this.#stream(url, response);
    if (url.pathname.endsWith("/feedback")) return response.writeHead(204).end();
    if (url.pathname.endsWith("/search")) return (this.searches.shift() ?? ((response) => response.json(404)))(response);
    if (url.pathname.endsWith("/site")) return response.json(200, { name: "Lumen", pages: 4, sections: 9 });
    if (request.method === "POST") return (this.refusals.shift() ?? asked)(response, (act) => this.#held.push(act));
    if (!this.isKnown) return response.json(404, { error: { code: "not_found", message: "There is no such answer." } });
    response.json(200, { id: "a", status: "running" });
  }

  #stream(url, response) {
    const day = (this.daysOf[url.pathname.split("/")[3]] ?? this.days).shift() ?? {};
    if (!this.isKnown) return response.json(404, { error: { code: "not_found", message: "There is no such answer." } });
    if (day.status) return response.writeHead(day.status).end();
    const bytes = Buffer.from(this.frames(this.knowsAfter ? Number(url.searchParams.get("after") ?? -1) : -1, day));
    response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" }).flushHeaders();
    this.openStreams += 1;
    response.on("close", () => (this.openStreams -= 1));
    if (day.dropAt !== undefined) return response.write(bytes.subarray(0, day.dropAt), () => response.destroy());
    if (day.splitAt === undefined) return response.end(bytes);
    response.write(bytes.subarray(0, day.splitAt));
    const rest = () => response.end(bytes.subarray(day.splitAt));
    if (day.isSilent) this.#held.push(rest);
    else setImmediate(rest);
  }

  /** What a reader lacks behind a position; who has none of a text gets it in one piece when it comes again. */
  frames(after, { pieces = this.pieces, problem = this.problem } = {}) {
    const events = after < 0 ? [["sources", { query: "q", sources: this.sources, confidence: "high", searched_query: "q" }, 0]] : [];
    let position = 0;
    for (const piece of pieces) {
      const start = position;
      position += [...piece].length;
      if (position > after) events.push(["delta", { text: [...piece].slice(Math.max(after - start, 0)).join("") }, position]);
    }
    const reason = problem ? "error" : "stop";
    events.push([problem ? "problem" : "answer", { finish_reason: reason, ...(problem && { error: problem }) }, FINISHED]);
    const lines = events.flatMap(([name, body, at]) => [`event: ${name}`, `data: ${JSON.stringify(body)}`, `id: a:${at}`, ""]);
    return [...lines, ": ping", "data: [DONE]", `id: a:${FINISHED + 1}`, "", ""].join(this.newline);
  }
}

/** @typedef {{dropAt?: number, splitAt?: number, isSilent?: boolean, status?: number}} Day bytes, or a refusal */

export const SOURCE = {
  number: 1, id: "s", path: "/bulbs", title: "Bulbs", heading: "Change", slug: "change", url: "/pages/bulbs#change",
  excerpt: "Change it.", ranges: [[0, 6]], title_ranges: [], heading_ranges: [[0, 6]], similarity: 0.5, score: 1,
};

export function asked(response) {
  response.json(201, { id: "a", conversation: "c", status: "running" });
}
