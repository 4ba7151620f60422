// `eventsource-parser` behind a `fetch`. Does not come back.
import { Notebook } from "./notebook.mjs";

export async function run({ createParser }, job) {
  const notebook = new Notebook(job);
  await notebook.open();
  const controller = new AbortController();
  const parser = createParser({
    onEvent({ event, data, id }) {
      if (notebook.take(event ?? "message", data, id)) controller.abort();
    },
    onError(error) {
      notebook.end(`error: ${error}`);
    },
  });
  try {
    const { method, headers, body } = job;
    const response = await fetch(notebook.url, { method, headers, body, signal: controller.signal });
    if (!response.ok) notebook.refuse(response.status, await response.text());
    const decoder = new TextDecoder();
    for await (const bytes of response.body) parser.feed(decoder.decode(bytes, { stream: true }));
  } catch (error) {
    notebook.end(`given up: ${error}`);
  }
  notebook.end("closed");
  return await notebook.ended;
}
