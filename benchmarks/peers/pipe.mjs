// The least a relay can do: for each request one `fetch` of the model, whose body is piped through as it is.
//
//     node pipe.mjs MODEL_URL PORT

import http from "node:http";
import { Readable } from "node:stream";

const [model, port] = process.argv.slice(2);

const server = http.createServer(async (request, response) => {
  const query = new URL(request.url, "http://localhost").searchParams.get("query");
  const answer = await fetch(`${model}/chat/completions`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: "Bearer test" },
    body: JSON.stringify({ model: "test", stream: true, messages: [{ role: "user", content: query }] }),
  });
  response.writeHead(answer.status, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  Readable.fromWeb(answer.body).pipe(response);
});

server.listen(Number(port), "127.0.0.1", () => {
  console.log(`Listening at http://127.0.0.1:${server.address().port}`);
});
