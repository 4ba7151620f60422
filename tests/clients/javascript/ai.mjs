// The AI SDK: what its `useChat` is made of, without React. Comes back by `resumeStream`, which the page calls: in
// the same chat, or in a new one after a reload, which has the messages that the page kept.

export async function run(ai, job) {
  const Transport = job.format === "UI text" ? ai.TextStreamChatTransport : ai.DefaultChatTransport;
  const transport = new Transport({ api: job.url });
  const question = { id: "question", role: "user", parts: [{ type: "text", text: job.query }] };
  const chat = makeChat(ai, { transport, job, messages: [] });
  await chat.sendMessage(question);
  if (!job.is_cut) return told(chat);
  if (job.format === "UI text") return { ...told(chat), ended: "given up" };
  const next = job.reloads ? makeChat(ai, { transport, job, messages: [question] }) : chat;
  await next.resumeStream();
  return told(next);
}

function makeChat(ai, { transport, job, messages }) {
  const state = new State(messages);
  class Chat extends ai.AbstractChat {}
  const chat = new Chat({ id: job.chat, transport, state });
  state.changed = () => {
    if (!job.stops_at || !textOf(chat).includes(job.stops_at)) return;
    state.changed = () => {};
    state.left = true;
    chat.stop();
  };
  return chat;
}

class State {
  status = "ready";
  error = undefined;
  left = false;
  changed() {}

  constructor(messages) {
    this.messages = messages;
  }

  pushMessage = (message) => {
    this.messages = [...this.messages, message];
    this.changed();
  };
  popMessage = () => {
    this.messages = this.messages.slice(0, -1);
  };
  replaceMessage = (index, message) => {
    this.messages = this.messages.with(index, structuredClone(message));
    this.changed();
  };
  snapshot = (thing) => structuredClone(thing);
}

// All that a page would show.
function textOf({ messages }) {
  const parts = messages.filter(({ role }) => role === "assistant").flatMap(({ parts }) => parts);
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

function told(chat) {
  const problem = chat.error?.message ?? null;
  return { text: textOf(chat), problem, ended: chat.state.left ? "left" : "done" };
}
