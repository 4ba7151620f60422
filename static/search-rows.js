/** The rows of the search's listbox, and the groups they stand in. */

import { button, drawing, element } from "./dom.js";
import { marked } from "./source-cards.js";
import { ENTER, PAGE } from "./icons.js";

/** @typedef {import("./client.js").Source} Source */

/**
 * Pages in the order of their best hit. `lead` is the hit that is the page itself, if there is one.
 *
 * @param {Source[]} hits best first
 * @returns {{title: (Node | string)[], lead: Source | null, sections: Source[]}[]}
 */
export function groupByPage(hits) {
  return [...Map.groupBy(hits, ({ path }) => path).values()].map((found) => {
    const lead = found.find(({ heading, title }) => !heading || heading === title);
    const sections = found.filter((hit) => hit !== lead);
    return { title: marked(found[0].title, found[0].ranges.title), lead, sections };
  });
}

/** The headings that lead to a section from the top of its page. @param {Source} hit */
export function stepsOf({ title, heading, headingPath, ranges }) {
  const above = headingPath.slice(0, -1).filter((step) => step !== title);
  return [element("span", { class: "step" }, above.map((step) => `${step} › `)), ...marked(heading, ranges.heading)];
}

/** @param {(Node | string)[]} content */
export function headOf(content) {
  return element("span", { class: "head" }, content);
}

/**
 * @param {Element} head names the group; among its children
 * @param {Element[]} children
 */
export function groupOf(head, children) {
  return element("div", { role: "group", "aria-label": head.textContent }, children);
}

/**
 * @param {string} name its class and part
 * @param {string} icon
 * @param {(Node | string)[]} content
 * @param {() => void} act what a click does
 */
export function optionRow(name, icon, content, act) {
  const look = { class: `row ${name}`, role: "option", tabindex: "-1", part: name };
  return button(look, [drawing(icon), element("span", { class: "words" }, content), drawing(ENTER)], act);
}

/**
 * A real link, for routers of the page to see.
 *
 * @param {Source} hit
 * @param {Element} head
 * @param {"page" | "section"} [look]
 */
export function hitRow({ href, excerpt, ranges }, head, look = "page") {
  return element("a", { class: `row ${look}`, role: "option", tabindex: "-1", part: "hit", href }, [
    ...(look === "page" ? [drawing(PAGE)] : []),
    element("span", { class: "words" }, [
      head,
      element("span", { class: "excerpt" }, marked(excerpt, ranges.excerpt)),
    ]),
    drawing(ENTER),
  ]);
}
