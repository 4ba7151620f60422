// What a client read, event by event, and how it ended. `Job` in ../jobs.py says what it is given.

export const NAMES = ["message", "sources", "delta", "answer", "problem"];

export class Notebook {
  events = [];
  refusal = null;

  constructor(job) {
    this.job = job;
    this.url = job.url;
    // "done" when the last event was read, "left" when the reader had enough.
    this.ended = new Promise((resolve) => (this.resolve = resolve));
  }

  // Asks, where that is a request of its own; the events are at `url` then.
  async open() {
    const { opening } = this.job;
    if (!opening) return;
    const response = await fetch(opening.url, opening);
    const { events } = await response.json();
    this.url = new URL(events, opening.url).href;
  }

  // Whether the client is to leave now.
  take(event, data, id = null) {
    this.events.push({ event, data, id });
    if (data === "[DONE]") return !this.job.stays && this.end("done");
    if (!this.job.stops_at || !data.includes(this.job.stops_at)) return false;
    if (!this.job.stops_by_delete) return this.end("left");
    fetch(this.url.replace(/\/events$/, ""), { method: "DELETE" });
    return false;
  }

  refuse(status, body) {
    this.refusal = { status, body };
    this.end("refused");
  }

  end(how) {
    this.resolve({ events: this.events, refusal: this.refusal, ended: how });
    return true;
  }
}

const LIMIT_MILLISECONDS = 20_000;

// What came of each job, run all at once; one that does not end, or throws, says so.
export function runAll(run, jobs) {
  return Promise.all(
    jobs.map((job) =>
      Promise.race([run(job), limit()]).catch((error) => ({ ended: `throws ${error}` })),
    ),
  );
}

function limit() {
  return new Promise((resolve) => setTimeout(() => resolve({ ended: "no end" }), LIMIT_MILLISECONDS));
}
