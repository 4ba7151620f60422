/** Half-open, in UTF-16 code units. */
export type Range = [start: number, end: number];

/** A section that was found. */
export interface Source {
  /** What an answer cites it by; `null` for a search hit. */
  number: number | null;
  /** Of its page. */
  path: string;
  title: string;
  heading: string;
  /** The headings above the section, and its own. */
  headingPath: string[];
  excerpt: string;
  /** The query's words in each. */
  ranges: { title: Range[]; heading: Range[]; excerpt: Range[] };
  /** Whether its meaning was compared too, and not its words alone. */
  byMeaning: boolean;
  /** Absolute and safe to link to; `null` where it is neither. */
  href: string | null;
}

/** How sure it is that the sources hold the answer; `null` where nobody knows yet. */
export type Confidence = "high" | "medium" | "low" | "none" | null;

export interface Found {
  hits: Source[];
  confidence: Confidence;
}

/** A `LecternError` has them too. */
export interface Trouble {
  /** As in the wire contract; `unreachable` where no server answered. */
  code: string;
  /** A sentence that a reader may see. */
  message: string;
  status: number | null;
  retryAfterSeconds: number | null;
}

export type FinishReason = "stop" | "length" | "content_filter" | "stopped" | "error";

/**
 * `lost`: the connection is gone and did not come back at once; any other event says that it is back. `done` comes last, exactly
 * once, with trouble when the reason is `error`.
 */
export type AnswerEvent =
  | { type: "asked"; id: string; conversation: string }
  | { type: "sources"; sources: Source[]; confidence: Confidence; searchedQuery: string | null; isRefusal: boolean }
  | { type: "text"; text: string }
  | { type: "lost" }
  | { type: "done"; reason: FinishReason; trouble: Trouble | null };

/**
 * One answer as it comes: iterate it once, which also asks. What came so far stays in its properties. Trouble is told
 * by `done` and never thrown. Who breaks out of the iteration leaves the answer without stopping it.
 */
export interface Answer extends AsyncIterable<AnswerEvent> {
  /** `null` until it is asked. */
  readonly id: string | null;
  readonly query: string;
  /** Stands for the question: who asks the same with it once more gets this answer. */
  readonly key: string;
  /** For the next question, which may refer to this one; `null` until it is asked, and where it was resumed. */
  readonly conversation: string | null;
  /** Markdown. */
  readonly text: string;
  readonly sources: Source[];
  /** Ends the model's work, also before there is an id. What was written is kept, and `done` comes at once. */
  stop(): void;
}

export interface Following {
  /** Leaves the answer without stopping it; no `done` comes. */
  signal?: AbortSignal;
}

export interface Asking extends Following {
  /** Of an earlier answer that the question may refer to. */
  conversation?: string | null;
  /** That of an answer whose `id` was not heard; the other options have to be the same, too. */
  key?: string;
  /** An answer given before will not do. */
  fresh?: boolean;
  /** What the pages' metadata must contain. */
  filter?: Record<string, unknown>;
  /** Path of the page that the reader asks from. */
  page?: string;
}

/** What is published and who answers. */
export interface Site {
  name: string;
  pages: number;
  sections: number;
  [key: string]: unknown;
}

export interface Client {
  /** Throws a `LecternError`. */
  site(): Promise<Site>;
  /**
   * Sections, best first; twice where the server compares meanings only for who has paused. White space at the query's
   * end finishes its last word. Throws a `LecternError`, or the signal's reason.
   */
  search(query: string, options?: { limit?: number; signal?: AbortSignal }): AsyncGenerator<Found, void, undefined>;
  ask(query: string, options?: Asking): Answer;
  /** An answer that was asked for before, from its beginning. */
  resume(id: string, options?: Following): Answer;
  /** A rating of `null` withdraws the last one. Throws a `LecternError`. */
  rate(id: string, feedback: { rating: "up" | "down" | null; reason?: string; comment?: string }): Promise<void>;
}

/** `endpoint`: base address of the Lectern server; `site`: its site's public key. */
export function createClient(options: { endpoint: string | URL; site?: string }): Client;

export class LecternError extends Error implements Trouble {
  constructor(trouble: Partial<Trouble>);
  code: string;
  status: number | null;
  retryAfterSeconds: number | null;
}
