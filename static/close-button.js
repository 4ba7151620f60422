/** The button that closes the box: a key's name where there are keys, a cross on phones. */

import { button, drawing, element } from "./dom.js";
import { CLOSE } from "./icons.js";

export function closeButton(say) {
  const name = element("span", { class: "unseen" }, [say("close")]);
  const key = element("span", { class: "key", "aria-hidden": "true" }, ["esc"]);
  return button({ class: "key-button", part: "close" }, [name, key, drawing(CLOSE)]);
}
