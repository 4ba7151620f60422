/** The demo page around the box: what it answers from, and questions to try. */

import { createClient } from "./client.js";
import { furnishSettings } from "./demo-settings.js";
import { showEvents } from "./demo-wire.js";
import { button, element } from "./dom.js";

const OWN_NAME = "Lectern";
const OWN_QUESTIONS = [
  "How do I point Lectern at my own docs?",
  "How are pages split into sections?",
  "Which events does the answer stream send?",
  "How do I use an OpenAI model?",
];

/**
 * @typedef {{name: string, key: string, pages: number, sections: number, embedder: string, completer: string,
 *   suggested_questions: string[]}} Site
 */

showSite(await createClient({ endpoint: home() }).site().catch(() => null));
showEvents(home());

/** Modules may be served below a folder of their version's name. */
function home() {
  return new URL(document.baseURI);
}

/** @param {Site | null} site */
function showSite(site) {
  furnishSettings(home(), site?.key ?? "");
  if (!site) return tell("The server does not say what it answers from. Is it still starting?");
  tell(...footerOf(site));
  const box = document.querySelector("lectern-search");
  box.setAttribute("placeholder", `Search or ask ${site.name}…`);
  const questions = site.suggested_questions?.length ? site.suggested_questions : ownQuestions(site);
  box.suggestions = questions;
  showExamples(questions);
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
  chip.addEventListener("click", () => document.querySelector("lectern-search").ask(question));
  return element("li", {}, [chip]);
}
