/** The demo page around the box: what it answers from, questions to try, the snippet to copy. */

import { createClient } from "./client.js";
import { copyText } from "./clipboard.js";
import { button, element } from "./dom.js";

const HOME = new URL("..", import.meta.url);
const OWN_NAME = "Lectern";
const OWN_QUESTIONS = [
  "How do I point Lectern at my own docs?",
  "How are pages split into sections?",
  "Which events does the answer stream send?",
  "How do I use an OpenAI model?",
];

/**
 * @typedef {{name: string, pages: number, sections: number, embedder: string, completer: string,
 *   suggestions: string[]}} Site
 */

const box = document.querySelector("lectern-search");
showSnippet();
showSite();

async function showSite() {
  const site = await readSite();
  if (!site) return tell("The server does not say what it answers from. Is it still starting?");
  tell(...footerOf(site));
  box.setAttribute("placeholder", `Search or ask ${site.name}…`);
  const questions = site.suggestions?.length ? site.suggestions : ownQuestions(site);
  box.suggestions = questions;
  showExamples(questions);
}

/** @returns {Promise<Site | null>} */
async function readSite() {
  return createClient({ endpoint: HOME }).site().catch(() => null);
}

/** Only Lectern's own docs are sure to answer questions about Lectern. */
function ownQuestions({ name }) {
  return name === OWN_NAME ? OWN_QUESTIONS : [];
}

function footerOf({ name, pages, sections, embedder, completer }) {
  const from = `Answering from ${name}: ${counted(pages, "page")}, ${counted(sections, "section")}`;
  return [from, `Embedder ${embedder}`, `Completer ${completer}`];
}

function counted(count, noun) {
  return `${Number(count).toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

function tell(...texts) {
  const spans = texts.map((text) => element("span", {}, [text]));
  document.querySelector("footer p").replaceChildren(...spans);
}

function showExamples(questions) {
  const examples = document.querySelector(".examples");
  examples.hidden = questions.length === 0;
  examples.querySelector("ul").replaceChildren(...questions.map(example));
}

function example(question) {
  const chip = button({}, [question]);
  chip.addEventListener("click", () => box.ask(question));
  return element("li", {}, [chip]);
}

function showSnippet() {
  const [code, copy] = document.querySelectorAll(".snippet code, .snippet button");
  const script = new URL("widget.js", HOME);
  code.textContent = `<script type="module" src="${script}"></script>\n<lectern-search></lectern-search>`;
  copy.addEventListener("click", () => copyText(code.textContent, copy, code));
}
