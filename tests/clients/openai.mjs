// node openai.mjs <base URL> <query>
// Prints one JSON line per chunk of the SDK's stream, and one with `error` when the stream throws.
import process from "node:process";
import OpenAI from "openai";

const [baseURL, query] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none" });
const headers = { Accept: "text/event-stream" };

try {
  const stream = await client.get("/query", { query: { query }, headers, stream: true });
  for await (const chunk of stream) console.log(JSON.stringify(chunk));
} catch (error) {
  console.log(JSON.stringify({ error: error.error ?? String(error) }));
}
