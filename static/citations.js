/** The numbers an answer cites its sources by, and what they show of a source to who points at them. */

import { element } from "./dom.js";
import { linkTo, nameOf } from "./source-cards.js";

/**
 * All that is shown of the source stands in the node's attributes: while its block grows, nodes are mended to be like
 * others, and no listener or map would follow.
 *
 * @param {import("./client.js").Source} source
 */
export function citationOf(source) {
  const { number, href, excerpt } = source;
  const said = { "aria-label": `${number}: ${nameOf(source)}`, "data-excerpt": excerpt };
  const linked = href ? linkTo(href) : { role: "note", tabindex: "0" };
  return element(href ? "a" : "span", { class: "citation", part: "citation", ...said, ...linked }, [String(number)]);
}

/**
 * Shows the source of a citation in `root` under the pointer, with the focus, or at a touch, which then does not jump.
 *
 * @param {Element} root
 */
export function showSourcesAt(root) {
  const peek = element("div", { class: "peek", popover: "auto" });
  const point = ({ target }) => {
    const citation = target.closest(".citation");
    if (citation) show(peek, citation);
    else if (!peek.contains(target)) peek.hidePopover();
  };
  root.append(peek);
  root.addEventListener("pointerover", (event) => event.pointerType === "touch" || point(event));
  root.addEventListener("pointerleave", () => peek.hidePopover());
  root.addEventListener("focusin", point);
  root.addEventListener("click", (event) => {
    const isTouched = event.pointerType === "touch" && event.target.closest(".citation");
    if (!isTouched) return peek.hidePopover();
    event.preventDefault();
    point(event);
  }, { capture: true });
}

function show(peek, citation) {
  const { href, ariaLabel, dataset } = citation;
  peek.hidePopover();
  peek.replaceChildren(
    element(href ? "a" : "b", href ? linkTo(href) : {}, [ariaLabel]),
    element("p", {}, [dataset.excerpt]),
  );
  peek.showPopover({ source: citation });
}
