/** The button that closes the box: a key's name where there are keys, a cross on phones. */

import { button, drawing, element } from "./dom.js";
import { CLOSE } from "./icons.js";

export function closeButton() {
  const name = element("span", { class: "unseen" }, ["Close"]);
  const key = element("span", { class: "key", "aria-hidden": "true" }, ["esc"]);
  return button({ class: "key-button", part: "close" }, [name, key, drawing(CLOSE)]);
}
