import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, beforeEach, afterEach, suite, test } from "node:test";

import { LecternError, createClient } from "../../static/client.js";
import { readEvents } from "../../static/event-stream.js";
import { LecternServer, SOURCE, asked } from "./lectern-server.mjs";

const require = createRequire(new URL("../clients/", import.meta.url));
const READERS = { "Node's fetch": undefined, "an EventSource": require("eventsource").EventSource };
const PIECES = ["Grüße, ", "日本🙂", "👩‍👩‍👧\n[1]."];
const INTERRUPTED = { code: "answer_interrupted", message: "The server went away." };

// The clock of what is tested runs a hundred times as fast, so that a minute and a half of trying is over soon.
const realSetTimeout = globalThis.setTimeout;
globalThis.setTimeout = (act, milliseconds, ...more) => realSetTimeout(act, milliseconds / 100, ...more);
const browser = new EventTarget();
let server;

beforeEach(async () => {
  server = await new LecternServer().start();
  server.pieces = PIECES;
});
afterEach(() => server.stop());
after(() => (globalThis.setTimeout = realSetTimeout));

function client(options) {
  return createClient({ endpoint: server.url, ...options });
}

async function follow(answer, events = []) {
  for await (const event of answer) events.push(event);
  return events;
}

function bytesBefore(part) {
  return Buffer.byteLength(server.frames(-1).split(part)[0]);
}

/** Does it for each number below a limit, three at a time. */
async function forEachBelow(limit, act) {
  let next = 0;
  const lane = async () => {
    while (next < limit) await act((next += 1) - 1);
  };
  await Promise.all([lane(), lane(), lane()]);
}

const types = (events) => events.map(({ type }) => type);
const textOf = (events) => events.map(({ text = "" }) => text).join("");

async function until(holds) {
  for (let tries = 0; !holds(); tries += 1) {
    assert.ok(tries < 1000, `waited in vain for ${holds}`);
    await new Promise((resolve) => realSetTimeout(resolve, 2));
  }
}

for (const [name, reader] of Object.entries(READERS)) {
  suite(`through ${name}`, () => {
    beforeEach(() => (globalThis.EventSource = reader));

    test("a stream cut at any byte is read to the letter", async () => {
      server.newline = "\r\n";
      server.sources = [];
      await forEachBelow(Buffer.byteLength(server.frames(-1)), async (splitAt) => {
        server.daysOf[splitAt] = [{ splitAt }];
        const answer = client().resume(String(splitAt));
        const events = await follow(answer);
        assert.deepEqual([textOf(events), answer.text], [server.text, server.text]);
        assert.deepEqual(types(events).filter((type) => !["text", "lost"].includes(type)), ["sources", "done"]);
        assert.deepEqual(events.at(-1), { type: "done", reason: "stop", trouble: null });
      });
    });

    for (const knowsAfter of [true, false]) {
      const how = knowsAfter ? "behind a position" : "told from the start";
      test(`dropped at any byte an answer goes on where it was, ${how}`, async () => {
        server.knowsAfter = knowsAfter;
        server.sources = [];
        // Told again, the text comes as one piece, of which any part may be there.
        const pieces = knowsAfter ? PIECES : [server.text];
        await forEachBelow(Buffer.byteLength(server.frames(-1)) / 4, async (number) => {
          const dropAt = number * 4;
          server.daysOf[dropAt] = [{ dropAt }, { dropAt: dropAt / 2, pieces }, { pieces }];
          const answer = client().resume(String(dropAt));
          const events = await follow(answer);
          assert.deepEqual([textOf(events), answer.text], [server.text, server.text]);
          assert.deepEqual(types(events).filter((type) => !["text", "lost"].includes(type)), ["sources", "done"]);
        });
      });
    }

    test("a server that is away for a while is waited for, and nothing is asked twice", async () => {
      server.days = [{ dropAt: bytesBefore("日") }, { status: 503 }, { status: 502 }, { status: 503 }];
      const events = await follow(client().ask("q"));
      assert.equal(textOf(events), server.text);
      assert.deepEqual(types(events).filter((type) => type === "lost"), ["lost"]);
      assert.equal(server.asked("POST").length, 1);
    });

    test("a server that stays away is given up", async () => {
      const answer = client().ask("q");
      const events = [];
      for await (const event of answer) {
        events.push(event);
        if (event.type === "asked") await server.stop();
      }
      assert.deepEqual(types(events), ["asked", "lost", "done"]);
      const { reason, trouble } = events.at(-1);
      assert.deepEqual([reason, trouble.code, trouble.status], ["error", "unreachable", null]);
    });

    test("streams that end without a word are given up too", async () => {
      server.days = Array.from({ length: 50 }, () => ({ status: 204 }));
      const events = await follow(client().resume("a"));
      assert.equal(events.at(-1).trouble.code, "unreachable");
      assert.equal(server.asked("GET", "/events").length, 14);
    });

    test("an answer that is not known is said so at once", async () => {
      server.isKnown = false;
      const events = await follow(client().resume("gone"));
      const { reason, trouble } = events.at(-1);
      assert.deepEqual([reason, trouble.code, trouble.status], ["error", "not_found", 404]);
      assert.ok(server.asked("GET", "/events").length < 3);
    });

    test("what a server had not stored when it died stays", async () => {
      server.days = [{ dropAt: bytesBefore("event: answer") }, { pieces: ["Grü"], problem: INTERRUPTED }];
      const answer = client().ask("q");
      const events = await follow(answer);
      assert.equal(answer.text, server.text);
      assert.deepEqual([events.at(-1).reason, events.at(-1).trouble.code], ["error", "answer_interrupted"]);
    });

    test("trouble is told by the last event", async () => {
      server.problem = { code: "model_unavailable", message: "The model is away." };
      const { reason, trouble } = (await follow(client().ask("q"))).at(-1);
      assert.deepEqual([reason, trouble.code, trouble.message], ["error", "model_unavailable", "The model is away."]);
    });

    test("stopping tells the server, and the reader at once", async () => {
      server.days = [{ splitAt: bytesBefore("日"), isSilent: true }];
      const answer = client().ask("q");
      const events = [];
      for await (const event of answer) {
        events.push(event);
        if (event.type === "text") answer.stop();
      }
      assert.deepEqual(events.at(-1), { type: "done", reason: "stopped", trouble: null });
      await until(() => server.openStreams === 0 && server.asked("DELETE", "/v1/answers/a").length === 1);
      answer.stop();
      assert.equal(server.asked("DELETE").length, 1);
    });

    test("who leaves does not stop the answer, and keeps no connection", async () => {
      server.days = [{ splitAt: bytesBefore("日"), isSilent: true }, { splitAt: bytesBefore("日"), isSilent: true }];
      const leaving = new AbortController();
      for await (const { type } of client().ask("q")) if (type === "text") break;
      await until(() => server.openStreams === 0);
      const events = [];
      for await (const event of client().ask("q", { signal: leaving.signal })) {
        events.push(event);
        if (event.type === "text") leaving.abort();
      }
      assert.deepEqual(types(events).filter((type) => type === "done"), []);
      await until(() => server.openStreams === 0);
      assert.deepEqual(server.asked("DELETE"), []);
    });

    test("a connection that says nothing any more is left for another", { timeout: 10_000 }, async () => {
      server.days = [{ splitAt: bytesBefore("日"), isSilent: true }];
      const events = await follow(client().ask("q"));
      assert.equal(textOf(events), server.text);
      assert.ok(!types(events).includes("lost"));
      assert.equal(server.asked("GET", "/events").length, 2);
    });

    test("a device that is back connects at once", async () => {
      globalThis.addEventListener = browser.addEventListener.bind(browser);
      const [slow] = [globalThis.setTimeout, (globalThis.setTimeout = realSetTimeout)];
      server.days = [{ splitAt: bytesBefore("日"), isSilent: true }];
      const events = [];
      try {
        for await (const event of client().ask("q")) {
          events.push(event);
          // Looked at again after a moment, the page keeps its connection.
          if (events.length === 3) for (const type of ["visibilitychange", "online", "online"]) browser.dispatchEvent(new Event(type));
        }
      } finally {
        globalThis.setTimeout = slow;
        delete globalThis.addEventListener;
      }
      assert.equal(textOf(events), server.text);
      assert.ok(server.asked("GET", "/events").length <= 3);
      await until(() => server.openStreams === 0);
    });

    test("whatever happens, the text is right", async () => {
      const random = seeded(20_261_121);
      const below = (limit) => Math.floor(random() * limit);
      const day = () => [{ status: 503 }, { status: 204 }, { dropAt: below(700) }, { dropAt: below(700) }, { splitAt: below(700) }][below(5)];
      for (let round = 0; round < 25; round += 1) {
        server.knowsAfter = random() < 0.5;
        server.days = Array.from({ length: below(8) }, day);
        const [leavesAt, stopsAt] = [below(12), below(30)];
        let answer = client().ask("q");
        const had = [];
        for await (const event of answer) {
          had.push(event);
          if (had.length === leavesAt) break;
          if (had.length === stopsAt) answer.stop();
        }
        assert.ok(server.text.startsWith(answer.text));
        assert.ok(answer.text.startsWith(textOf(had)));
        if (had.at(-1).type === "done") continue;
        answer = client().resume("a");
        assert.equal(textOf(await follow(answer)), server.text);
      }
    });
  });
}

suite("asking", () => {
  test("a lost connection is tried again as the same question", async () => {
    server.refusals = [(response) => response.destroy(), (response) => response.json(503, null, { "Retry-After": "1" })];
    const filter = { version: "v2" };
    const events = await follow(client({ site: "pk_1" }).ask("q", { filter, page: "/bulbs", conversation: "b", fresh: true }));
    assert.equal(textOf(events), server.text);
    const posts = server.asked("POST");
    assert.equal(new Set(posts.map(({ headers }) => headers["idempotency-key"])).size, 1);
    assert.deepEqual(posts.map(({ body }) => body), Array(3).fill({ query: "q", conversation: "b", filter, page: "/bulbs", site: "pk_1" }));
    assert.equal(posts[0].headers["cache-control"], "no-cache");
    assert.deepEqual(events[0], { type: "asked", id: "a", conversation: "c" });
  });

  test("a question whose reply was not heard is asked with its key again", async () => {
    const first = client().ask("q");
    await follow(first);
    await follow(client().ask("q", { key: first.key }));
    assert.deepEqual(server.asked("POST").map(({ headers, body }) => [headers["idempotency-key"], body]), Array(2).fill([first.key, { query: "q" }]));
  });

  for (const [status, headers, retryAfterSeconds] of [[429, { "Retry-After": "60" }, 60], [429, {}, null], [400, {}, null]]) {
    test(`${status} ${JSON.stringify(headers)} is told and not tried again`, async () => {
      server.refusals = [(response) => response.json(status, { error: { code: "told", message: "Told." } }, headers)];
      const events = await follow(client().ask("q"));
      assert.deepEqual(types(events), ["done"]);
      const { code, message, ...trouble } = events[0].trouble;
      assert.deepEqual({ code, message, ...trouble, status: trouble.status }, { code: "told", message: "Told.", status, retryAfterSeconds });
      assert.equal(server.asked("POST").length, 1);
    });
  }

  test("who stops before there is an id stops the answer when it has one", async () => {
    server.refusals = [(response, hold) => hold(() => asked(response))];
    const answer = client().ask("q");
    const following = follow(answer);
    await until(() => server.asked("POST").length === 1);
    answer.stop();
    assert.deepEqual(await following, [{ type: "done", reason: "stopped", trouble: null }]);
    server.release();
    await until(() => server.asked("DELETE", "/v1/answers/a").length === 1);
    assert.deepEqual(server.asked("GET"), []);
  });

  test("who stops or leaves before iterating asks nothing", async () => {
    const answer = client().ask("q");
    answer.stop();
    assert.deepEqual(types(await follow(answer)), ["done"]);
    assert.deepEqual(await follow(client().ask("q", { signal: AbortSignal.abort() })), []);
    assert.deepEqual(server.requests, []);
  });

  test("no listener and no timer outlives an answer", async () => {
    globalThis.EventSource = undefined;
    const count = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = count();
    const signal = new CountedSignal();
    globalThis.addEventListener = signal.addEventListener.bind(signal);
    server.days = [{ dropAt: bytesBefore("日") }];
    await follow(client().ask("q", { signal }));
    delete globalThis.addEventListener;
    assert.deepEqual([signal.listeners, count()], [0, before]);
    assert.equal(signal.added, 3);
  });
});

suite("searching and the rest", () => {
  const found = (similarity) => (response) => response.json(200, { query: "q", confidence: "high", hits: [{ ...SOURCE, number: undefined, similarity }] });

  test("hits by words alone come again when the reader has paused", async () => {
    server.searches = [found(null), found(0.5)];
    const all = [];
    for await (const each of client({ site: "pk_1" }).search("bulb ", { limit: 3 })) all.push(each);
    assert.deepEqual(all.map(({ hits }) => hits[0].byMeaning), [false, true]);
    assert.deepEqual(server.requests.map(({ url }) => Object.fromEntries(url.searchParams)), [
      { site: "pk_1", query: "bulb ", limit: "3", paused: "0" },
      { site: "pk_1", query: "bulb ", limit: "3", paused: "1" },
    ]);
    const { number, href, headingPath, ranges } = all[0].hits[0];
    assert.deepEqual({ number, href, headingPath, ranges }, {
      number: null,
      href: `${server.url}/pages/bulbs#change`,
      headingPath: [],
      ranges: { title: [], heading: [[0, 6]], excerpt: [[0, 6]] },
    });
  });

  test("trouble is thrown, and so is the reason of who leaves", async () => {
    const leaving = new AbortController();
    server.searches = [(response) => response.json(200), () => leaving.abort(new Error("typed on"))];
    const search = (options) => client().search("q", options).next();
    await assert.rejects(search(), (error) => error instanceof LecternError && error.code === "unreachable");
    await assert.rejects(search({ signal: leaving.signal }), /typed on/);
    await assert.rejects(search(), (error) => error instanceof LecternError && error.status === 404);
  });

  test("a site is told, and an answer rated", async () => {
    assert.equal((await createClient({ endpoint: `${server.url}/` }).site()).name, "Lumen");
    await client().rate("a", { rating: "down", reason: "outdated" });
    const [{ url, body }] = server.asked("POST", "feedback");
    assert.deepEqual([url.pathname, body], ["/v1/answers/a/feedback", { rating: "down", reason: "outdated" }]);
  });

  test("an endpoint may be a folder", async () => {
    await createClient({ endpoint: new URL(`${server.url}/lectern`) }).site();
    assert.equal(server.requests[0].url.pathname, "/lectern/v1/site");
  });
});

suite("an event stream", () => {
  const STREAM = "\uFEFF: hi\nretry: 3\n\ndata\ndata:  two\nid: 7\nevent: x🙂\n\nid: a\0b\nevent: lonely\n\ndata:three\nunknown: 1\n\ndata: cut off\n";

  for (const newline of ["\n", "\r\n", "\r"]) {
    test(`is read alike however ${JSON.stringify(newline)} and characters are cut`, async () => {
      const bytes = Buffer.from(STREAM.replaceAll("\n", newline));
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const events = [];
        const chunks = (async function* () {
          yield* [bytes.subarray(0, cut), bytes.subarray(cut)];
        })();
        for await (const { type, data, lastEventId } of readEvents(chunks)) events.push([type, data, lastEventId]);
        assert.deepEqual(events, [["x🙂", "\n two", "7"], ["message", "three", "7"]]);
      }
    });
  }
});

class CountedSignal extends EventTarget {
  aborted = false;
  added = 0;
  listeners = 0;

  addEventListener(type, act, options) {
    this.added += 1;
    this.listeners += 1;
    options.signal.addEventListener("abort", () => (this.listeners -= 1));
    super.addEventListener(type, act, options);
  }
}

/** Mulberry32. */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let value = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
