/** What the box says, in English; `strings/<language>.js` say the same in other languages. */

/** @type {Record<string, string | Record<string, string>>} by plural form where a number is in it */
const ENGLISH = {
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
};

/**
 * @param {string} language a BCP 47 tag; only its first part counts
 * @param {Record<string, string | Record<string, string>>} [own] what the site says instead
 * @returns {Promise<(key: string, values?: {n?: number} & Record<string, string>) => string>}
 */
export async function loadStrings(language, own = {}) {
  const strings = { ...ENGLISH, ...(await translated(language)), ...own };
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const said = strings[key] ?? "";
    const text = typeof said === "string" ? said : (said[plural.select(values.n)] ?? said.other);
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name].toLocaleString(language));
  };
}

const LANGUAGES = [];

async function translated(language) {
  const name = language.split("-")[0].toLowerCase();
  if (!LANGUAGES.includes(name)) return {};
  return (await import(`./strings/${name}.js`)).default;
}
