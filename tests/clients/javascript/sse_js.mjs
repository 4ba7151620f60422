// `sse.js`. Version 2 comes back by itself when it is told to; not after a POST, where that would be asking again.
import { NAMES, Notebook } from "./notebook.mjs";

const CLOSED = 2;

export async function run({ SSE }, job) {
  const notebook = new Notebook(job);
  await notebook.open();
  const { method, headers, body } = job;
  const source = new SSE(notebook.url, { method, headers, payload: body ?? "", autoReconnect: !body, start: false });
  const comesBack = !body && "lastEventId" in source;
  for (const name of NAMES) {
    source.addEventListener(name, ({ data, id }) => {
      if (notebook.take(name, data, id)) source.close();
    });
  }
  source.addEventListener("error", ({ data }) => {
    const { status } = source.xhr;
    if (status >= 400) notebook.refuse(status, data);
    else if (!comesBack) notebook.end("given up");
  });
  source.addEventListener("readystatechange", ({ readyState }) => {
    // Later, because a lost connection is CLOSED first and an error then.
    if (readyState === CLOSED && !comesBack) setTimeout(() => notebook.end("closed"));
  });
  source.stream();
  return await notebook.ended;
}
