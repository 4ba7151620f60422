// node eventsource.mjs <package> <url> [--stay]
// Prints one JSON line per event. Closes at [DONE] unless told to stay, and ends when it is closed for good.
import process from "node:process";

const [name, url, ...options] = process.argv.slice(2);
const stays = options.includes("--stay");
const { EventSource } = await import(name);
const source = new EventSource(url);
// Version 5 does not keep a program waiting for its own next try.
const waiting = setInterval(() => {}, 1000);

function print(line) {
  console.log(JSON.stringify(line));
  if (source.readyState === EventSource.CLOSED) clearInterval(waiting);
}

source.addEventListener("message", ({ data, lastEventId }) => {
  if (data === "[DONE]" && !stays) source.close();
  print({ type: "message", data, lastEventId });
});
source.addEventListener("error", ({ code }) => {
  print({ type: "error", code, readyState: source.readyState });
});
