/** The button that closes the box: a key's name where there are keys, a cross on phones. */

import { button, drawing, element } from "./dom.js";
import { CLOSE } from "./icons.js";

/** @param {import("./box.js").Room} room */
export function closeButton({ say, close }) {
  const look = { class: "icon-button", title: say("close"), part: "close" };
  return button(look, [element("kbd", { "aria-hidden": "true" }, ["esc"]), drawing(CLOSE)], close);
}
