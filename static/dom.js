/**
 * Building and mending DOM nodes. Text only ever becomes text nodes: nothing here, and nothing that uses it,
 * parses HTML.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes] `true` sets an empty
 *   attribute; `false`, `null` and `undefined` set none
 * @param {(Node | string)[]} [children]
 */
export function element(name, attributes = {}, children = []) {
  return furnish(document.createElement(name), attributes, children);
}

/** A 24-unit line drawing, `data` being an SVG path; hidden from screen readers. */
export function drawing(data) {
  const looks = { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" };
  const [svg, path] = ["svg", "path"].map((name) => document.createElementNS(SVG, name));
  return furnish(svg, looks, [furnish(path, { d: data }, [])]);
}

/** A button that does not submit. @param {() => void} [act] what a click does */
export function button(attributes, children, act) {
  const node = element("button", { type: "button", ...attributes }, children);
  if (act) node.addEventListener("click", act);
  return node;
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if ((value ?? false) !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/**
 * Makes `parent`'s children from the `from`-th on equal to `wanted`, changing only what differs: what the
 * reader has selected or scrolled in an unchanged part stays so. A wanted node with a number `settled` lacks
 * its first children: those that `parent`'s has already stay as they are.
 *
 * @param {Element} parent
 * @param {(Node & {settled?: number})[]} wanted
 * @param {number} [from]
 */
export function mendChildren(parent, wanted, from = 0) {
  wanted.forEach((node, index) => {
    const current = parent.childNodes[from + index];
    if (!current) parent.append(node);
    else if (!mended(current, node)) current.replaceWith(node);
  });
  while (parent.childNodes.length > from + wanted.length) parent.lastChild.remove();
}

function mended(current, wanted) {
  if (current.nodeName !== wanted.nodeName) return false;
  if (current.data === undefined) {
    mendAttributes(current, wanted);
    mendChildren(current, [...wanted.childNodes], wanted.settled);
  } else if (current.data !== wanted.data) mendText(current, wanted.data);
  return true;
}

function mendText(node, data) {
  // Appending keeps a selection that ends in this node; assigning would drop it.
  if (data.startsWith(node.data)) node.appendData(data.slice(node.data.length));
  else node.data = data;
}

function mendAttributes(current, wanted) {
  for (const name of new Set([...current.getAttributeNames(), ...wanted.getAttributeNames()])) {
    const value = wanted.getAttribute(name);
    if (value === null) current.removeAttribute(name);
    else if (current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
}

/** A style sheet from a template: nothing is parsed into the page, so a policy for styles has nothing to allow. */
export function css([text]) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}
