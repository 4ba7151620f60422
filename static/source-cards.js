/** How a found section looks: in the list of hits, below an answer, and where an answer cites it. */

import { element } from "./dom.js";
import { linkTo } from "./links.js";

/** @typedef {import("./client.js").Source} Source */

/**
 * Cuts an excerpt at its highlighted ranges. Ranges may come in any order, overlap or reach outside.
 *
 * @param {string} text
 * @param {[number, number][]} ranges half-open, in UTF-16 code units
 * @returns {string[]} in order; every second one is in a range
 */
export function cutAtRanges(text, ranges) {
  const pieces = [];
  let at = 0;
  for (const [start, end] of [...ranges].sort(([a], [b]) => a - b)) {
    const from = Math.max(at, start);
    pieces.push(text.slice(at, from), text.slice(from, (at = Math.max(from, end))));
  }
  return [...pieces, text.slice(at)];
}

/** @param {Source} source */
export function nameOf({ title, heading }) {
  return heading && heading !== title ? `${title} › ${heading}` : title;
}

/** The text with its ranges marked. @param {string} text @param {[number, number][]} ranges */
export function marked(text, ranges) {
  return cutAtRanges(text, ranges).map((piece, index) => (index % 2 ? element("mark", {}, [piece]) : piece));
}

/**
 * A card below an answer. Without a safe address it is no link.
 *
 * @param {Source} source
 */
export function sourceCard(source) {
  const { href, number } = source;
  const content = [
    element("span", { class: "number", "aria-hidden": "true" }, [number ?? ""]),
    element("span", { class: "words" }, [
      element("span", { class: "head" }, [nameOf(source)]),
      element("span", { class: "excerpt" }, marked(source.excerpt, source.ranges.excerpt)),
    ]),
  ];
  return element("li", {}, [element("a", { class: "card", part: "source", ...linkTo(href) }, content)]);
}
