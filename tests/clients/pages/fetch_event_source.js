// ?url=…: the package as its readme uses it: a handler that trusts every message, retries left to the package.
import { fetchEventSource } from "@microsoft/fetch-event-source";

const url = new URLSearchParams(location.search).get("url");
const answer = document.getElementById("answer");

window.ended = false;
window.troubles = [];
window.problem = null;

await fetchEventSource(url, {
  headers: { apikey: "public" }, // what the toolkit's platform client sends; not allowed without a preflight
  onmessage(message) {
    if (message.data === "[DONE]") return;
    const frame = JSON.parse(message.data);
    answer.textContent += frame.choices[0].text;
    window.problem = frame.error?.code ?? window.problem;
  },
  onerror(error) {
    window.troubles.push(String(error));
  },
});
window.ended = true;
