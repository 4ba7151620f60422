// `@microsoft/fetch-event-source`. Comes back by itself, also after a POST, where that would be asking again:
// there `onerror` throws, as its readme has it for what is not to be tried again.
import { Notebook } from "./notebook.mjs";

export async function run({ fetchEventSource, EventStreamContentType }, job) {
  const notebook = new Notebook(job);
  await notebook.open();
  const controller = new AbortController();
  try {
    await fetchEventSource(notebook.url, {
      method: job.method,
      headers: job.headers,
      body: job.body,
      signal: controller.signal,
      async onopen(response) {
        if (response.headers.get("content-type")?.startsWith(EventStreamContentType)) return;
        notebook.refuse(response.status, await response.text());
        throw new Error("refused");
      },
      onmessage({ event, data, id }) {
        if (notebook.take(event || "message", data, id)) controller.abort();
      },
      onerror(error) {
        if (job.body || notebook.refusal) throw error;
      },
    });
  } catch (error) {
    notebook.end(`given up: ${error}`);
  }
  notebook.end("closed");
  return await notebook.ended;
}
