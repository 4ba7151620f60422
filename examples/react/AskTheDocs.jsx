import { useEffect, useRef, useState } from "react";
import { createClient } from "./lectern/client.js";

const NOTHING = { text: "", sources: [], status: "", trouble: null };

export function AskTheDocs({ endpoint, site }) {
  const [{ text, sources, status, trouble }, setState] = useState(NOTHING);
  const answer = useRef(null);
  useEffect(() => () => answer.current?.stop(), []);

  async function ask(event) {
    event.preventDefault();
    answer.current?.stop();
    const asked = (answer.current = createClient({ endpoint, site }).ask(new FormData(event.target).get("query")));
    setState({ ...NOTHING, status: "Thinking…" });
    for await (const { type, trouble } of asked) {
      if (answer.current !== asked) return;
      const status = { lost: "Reconnecting…", done: "" }[type] ?? "Writing…";
      setState({ text: asked.text, sources: asked.sources, status, trouble });
    }
  }

  return (
    <form onSubmit={ask}>
      <input name="query" aria-label="Question" required maxLength={1000} />
      {/* The keys make them two buttons: one that turned into the other would send the form by the same click. */}
      {status && <button key="stop" type="button" onClick={() => answer.current.stop()}>Stop</button>}
      {!status && <button key="ask">Ask</button>}
      <p role="status">{status}</p>
      <div style={{ whiteSpace: "pre-wrap" }}>{text}</div>
      {trouble && <p role="alert">{trouble.message}</p>}
      <ol>{sources.map(({ number, href, title, heading }) => <li key={number}><a href={href}>{title} › {heading}</a></li>)}</ol>
    </form>
  );
}
