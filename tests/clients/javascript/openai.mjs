// The `openai` SDK, as its readme uses it. Does not come back.

// After which a reader leaves who is shown nothing to leave at.
const PATIENCE_MILLISECONDS = 1500;

const METHODS = {
  "OpenAI chat": (client, body, options) => client.chat.completions.create(body, options),
  "OpenAI completions": (client, body, options) => client.completions.create(body, options),
};

export async function run({ OpenAI }, job) {
  const client = new OpenAI({ baseURL: job.base_url, apiKey: "none" });
  const controller = new AbortController();
  const ask = METHODS[job.format.replace(", whole", "")];
  let text = "";
  try {
    const body = JSON.parse(job.body);
    if (!body.stream && job.stops_at) setTimeout(() => controller.abort(), PATIENCE_MILLISECONDS);
    const answer = await ask(client, body, { signal: controller.signal });
    if (!body.stream) return { text: textOf(answer, "message"), problem: null, ended: "done" };
    for await (const chunk of answer) {
      text += textOf(chunk, "delta");
      if (job.stops_at && text.includes(job.stops_at)) controller.abort();
    }
  } catch (error) {
    if (controller.signal.aborted) return { text, problem: null, ended: "left" };
    return { text, problem: error.code ?? String(error), ended: error.code ? "done" : "given up" };
  }
  return { text, problem: null, ended: controller.signal.aborted ? "left" : "done" };
}

function textOf({ choices: [choice] }, part) {
  return choice?.text ?? choice?.[part]?.content ?? "";
}
