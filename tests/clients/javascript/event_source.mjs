// `EventSource`: Chromium's own or npm's. Comes back by itself.
import { NAMES, Notebook } from "./notebook.mjs";

export async function run({ EventSource }, job) {
  const notebook = new Notebook(job);
  await notebook.open();
  const source = new EventSource(notebook.url);
  for (const name of NAMES) {
    source.addEventListener(name, ({ data, lastEventId }) => {
      if (notebook.take(name, data, lastEventId)) source.close();
    });
  }
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) notebook.end("given up");
  });
  return await notebook.ended;
}
