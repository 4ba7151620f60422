/** The events of the answer that was asked for last, as they arrive: a second reader of the same stream. */

import { element } from "./dom.js";

const NAMES = ["sources", "delta", "answer", "problem", "message"];
const LONGEST_CHARS = 400;

/** @param {URL} home where the API is */
export function showEvents(home) {
  let source = null;
  document.addEventListener("lectern-ask", ({ detail }) => {
    if (!detail.id) return;
    source?.close();
    source = new EventSource(new URL(`v1/answers/${encodeURIComponent(detail.id)}/events`, home));
    list(source);
  });
}

/** @param {EventSource} source */
function list(source) {
  const table = document.querySelector(".events table");
  const begun = performance.now();
  table.hidden = false;
  table.previousElementSibling.hidden = true;
  table.tBodies[0].replaceChildren();
  for (const name of NAMES) {
    source.addEventListener(name, ({ data }) => {
      table.tBodies[0].append(row(performance.now() - begun, name, data));
      if (data === "[DONE]") source.close();
    });
  }
}

function row(milliseconds, name, data) {
  const shown = data.length > LONGEST_CHARS ? `${data.slice(0, LONGEST_CHARS)} … ${data.length.toLocaleString("en")} characters` : data;
  const cells = [Math.round(milliseconds).toLocaleString("en"), name === "message" ? "" : name, shown];
  return element("tr", {}, cells.map((text) => element("td", {}, [text])));
}
