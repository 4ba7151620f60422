/** What the box says, in English; `strings/<language>.js` say the same in other languages. */

/** @type {Record<string, string | Record<string, string>>} by plural form where a number is in it */
export const ENGLISH = {
  placeholder: "Search or ask…",
  title: "Search and ask",
  close: "Close",
  ask: "Ask",
  hits: "Sections",
  invitation: "Search the pages, or ask a question in your own words.",
  nothingFound: "No section matches these words. Try others, or ask.",
  searchLost: "The search cannot be reached right now. Trying again…",
  found: { one: "{n} section found", other: "{n} sections found" },
  keyChoose: "choose",
  keyMove: "move",
  recent: "Recent",
  suggested: "Suggested",
  clear: "Clear",
  keyAsk: "ask",
  searchBusy: "Too many searches at once; this one goes on in a moment.",
  back: "Back to search",
  thinking: "Thinking…",
  reading: { one: "Reading {n} section…", other: "Reading {n} sections…" },
  writing: "Writing…",
  stop: "Stop",
  stopped: "Stopped",
  copy: "Copy",
  copied: "Copied",
  copyAnswer: "Copy answer",
  askAgain: "Ask again",
  tryAgain: "Try again",
  sources: "Sources",
  nearest: "Nearest sections",
  complete: { one: "Answer complete, {n} source", other: "Answer complete, {n} sources" },
  cut: "The answer was cut at its length limit.",
  filtered: "The answer was withheld by the model’s content filter.",
  empty: "The answer came back empty.",
  brokeOff: "The answer broke off",
  noAnswer: "No answer this time",
  unreachable: "The documentation server cannot be reached right now. Please try again in a moment.",
  offline: "This device seems to be offline. Please try again when it is connected.",
  trouble: "Something went wrong. Please try again in a moment.",

  conversation: "Conversation",
  newQuestion: "New question",
  followUp: "Ask a follow-up…",
  send: "Send",
  share: "Copy link",
  edit: "Edit",
  table: "Table",
  lost: "Connection lost, trying again…",
  retryIn: { one: "Try again in {n} second.", other: "Try again in {n} seconds." },
  model_unavailable: "The answering service cannot be reached right now.",
  model_rate_limited: "Too many questions are being answered right now.",
  up: "Helpful",
  down: "Not helpful",
  whatWasWrong: "What was wrong?",
  incorrect: "Incorrect",
  outdated: "Outdated",
  incomplete: "Incomplete",
  irrelevant: "Off topic",
  unclear: "Unclear",
  other: "Something else",
  comment: "What would have helped? (optional)",
  thanks: "Thank you for telling us.",
};

/**
 * @param {import("./widget.js").LecternSearch} host what its page says instead comes first
 * @param {Record<string, string | Record<string, string>>} [translated]
 * @returns {(key: string, values?: {n?: number} & Record<string, string>) => string}
 */
export function speaker(host, translated) {
  const own = JSON.parse(host.setting("strings") || "{}");
  const strings = { ...ENGLISH, ...translated, ...own, ...host.strings };
  const language = host.setting("language").replace("_", "-") || host.language;
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const said = strings[key] ?? "";
    const text = typeof said === "string" ? said : (said[plural.select(values.n)] ?? said.other);
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name].toLocaleString(language));
  };
}
