// Every call of the client, as a program that is type-checked makes it: never run, see client-types.test.mjs.
import { LecternError, createClient } from "../../static/client.js";
import type { Answer, AnswerEvent, Client, Found, Source, Trouble } from "../../static/client.js";

const client: Client = createClient({ endpoint: new URL("https://lectern.example.com"), site: "pk_1" });
createClient({ endpoint: "https://lectern.example.com" });
const { signal } = new AbortController();

export async function search(): Promise<Source[]> {
  let found: Found = { hits: [], confidence: null };
  for await (found of client.search("install", { limit: 5, signal })) console.log(found.hits.length, found.confidence);
  return found.hits;
}

export async function ask(): Promise<string> {
  const answer: Answer = client.ask("How?", { conversation: null, fresh: true, key: "k", filter: { v: 2 }, page: "/", signal });
  for await (const event of answer) show(event);
  const resumed = client.resume(answer.id ?? "", { signal });
  resumed.stop();
  await client.rate(answer.id ?? "", { rating: "down", reason: "outdated", comment: "…" });
  await client.rate("id", { rating: null });
  const { name, pages, sections } = await client.site();
  return [answer.query, answer.key, answer.text, answer.conversation ?? "", answer.sources.length, name, pages, sections].join();
}

function show(event: AnswerEvent): string | number | null {
  switch (event.type) {
    case "asked":
      return event.id + event.conversation;
    case "sources":
      return linkOf(event.sources[0]!) ?? (event.isRefusal ? null : event.searchedQuery);
    case "text":
      return event.text;
    case "lost":
      return null;
    case "done":
      return event.trouble && wait(event.trouble);
  }
}

function linkOf({ href, headingPath, ranges, number }: Source): string | null {
  const [[start, end] = [0, 0]] = ranges.excerpt;
  return href && headingPath.join(" › ") + number + start + end;
}

function wait(trouble: Trouble): number | null {
  const error: Trouble = new LecternError({ code: trouble.code });
  return error.status ?? trouble.retryAfterSeconds;
}

// @ts-expect-error an answer's text is read only
client.ask("q").text = "";
// @ts-expect-error an endpoint is needed
createClient({ site: "pk_1" });
// @ts-expect-error there is no such rating
client.rate("id", { rating: "fine" });
