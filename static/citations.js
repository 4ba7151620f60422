/** The numbers an answer cites its sources by, and what they show of a source to who points at them. */

import { element } from "./dom.js";
import { linkTo } from "./links.js";
import { nameOf } from "./source-cards.js";

/**
 * All that is shown of the source stands in the node's attributes: while its block grows, nodes are mended to be like
 * others, and no listener or map would follow.
 *
 * @param {import("./client.js").Source} source
 */
export function citationOf(source) {
  const { number, href, excerpt } = source;
  const unlinked = href ? {} : { role: "note", tabindex: 0 };
  const look = { class: "citation", part: "citation", "aria-label": `${number}: ${nameOf(source)}`, "data-excerpt": excerpt };
  return element("a", { ...look, ...linkTo(href), ...unlinked }, [number]);
}

/**
 * Shows the source of a citation in `root` under the pointer, with the focus, or at a touch, which then does not jump.
 *
 * @param {Element} root
 */
export function showSourcesIn(root) {
  const peek = element("div", { class: "peek", popover: "manual" });
  const point = ({ target }) => {
    if (peek.contains(target)) return;
    peek.hidePopover();
    const citation = target.closest(".citation");
    if (citation) fill(peek, citation).showPopover({ source: citation });
  };
  root.append(peek);
  // A finger is over what it touches, and leaves it, before it clicks there.
  const hover = (event) => event.pointerType === "touch" || point(event);
  for (const type of ["pointerover", "pointerleave"]) root.addEventListener(type, hover);
  root.addEventListener("focusin", point);
  root.addEventListener("click", (event) => {
    if (event.pointerType !== "touch" || !event.target.closest(".citation")) return peek.hidePopover();
    event.preventDefault();
    event.stopPropagation();
    point(event);
  }, { capture: true });
}

function fill(peek, { href, ariaLabel, dataset }) {
  peek.replaceChildren(element("a", linkTo(href || null), [ariaLabel]), element("p", { dir: "auto" }, [dataset.excerpt]));
  return peek;
}
