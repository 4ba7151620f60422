/** The page's controls: what is chosen becomes an attribute of the box, and of the snippet. */

import { copyText } from "./clipboard.js";
import { element } from "./dom.js";

const ENGLISH = { say: () => "Copied", announce() {} }; // as this page, whatever the box speaks

/**
 * @param {URL} home where widget.js is
 * @param {string} key the site's, or empty where it is not known
 */
export function furnishSettings(home, key) {
  const [code, copy] = document.querySelectorAll(".snippet code, .snippet button");
  const show = () => (code.textContent = snippet(home, key));
  for (const control of document.querySelectorAll("[data-setting]")) {
    control.addEventListener("change", () => {
      apply();
      show();
    });
  }
  copy.addEventListener("click", () => copyText(code.textContent, copy, code, ENGLISH));
  show();
}

function snippet(home, key) {
  const given = { site: key, ...chosen() };
  const attributes = Object.entries(given).filter(([, value]) => value).map(([name, value]) => `\n  data-${name}="${value}"`);
  return `<script type="module" src="${new URL("widget.js", home)}"${attributes.join("")}></script>`;
}

function chosen() {
  const controls = [...document.querySelectorAll("[data-setting]")];
  return Object.fromEntries(controls.map((control) => [control.dataset.setting, valueOf(control)]));
}

function valueOf(control) {
  return control.value ?? control.querySelector(":checked").value;
}

/** A box keeps the language and the place it was opened with: a new one takes its place. */
function apply() {
  const { theme, ...rest } = chosen();
  document.documentElement.dataset.theme = theme;
  const old = document.querySelector("lectern-search");
  const given = { ...rest, theme, placeholder: rest.language ? null : old.getAttribute("placeholder") };
  const fresh = element("lectern-search", Object.fromEntries(Object.entries(given).filter(([, value]) => value)));
  fresh.suggestions = old.suggestions;
  old.replaceWith(fresh);
}
