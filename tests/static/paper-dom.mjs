/** As much of the DOM as `static/dom.js` uses, so that rendering is tested without a browser. */

const VOID = new Set(["br", "hr", "img"]);

/** How many nodes were made, moved, removed or changed so far: what a push costs, without a clock. */
export const work = { nodes: 0 };

class PaperNode {
  parent = null;

  constructor() {
    work.nodes += 1;
  }

  remove() {
    work.nodes += 1;
    this.parent.childNodes.splice(this.parent.childNodes.indexOf(this), 1);
    this.parent = null;
  }

  replaceWith(node) {
    work.nodes += 1;
    node.parent?.childNodes.splice(node.parent.childNodes.indexOf(node), 1);
    this.parent.childNodes[this.parent.childNodes.indexOf(this)] = node;
    node.parent = this.parent;
    this.parent = null;
  }
}

class PaperText extends PaperNode {
  nodeName = "#text";
  nodeType = 3;
  #data;

  constructor(data) {
    super();
    this.#data = data;
  }

  get data() {
    return this.#data;
  }

  set data(data) {
    work.nodes += 1;
    this.#data = data;
  }

  get textContent() {
    return this.#data;
  }

  get markup() {
    return escaped(this.#data);
  }

  appendData(data) {
    work.nodes += 1;
    this.#data += data;
  }
}

export class Element extends PaperNode {
  nodeType = 1;
  childNodes = [];
  #attributes = new Map();

  constructor(name) {
    super();
    this.nodeName = name.toUpperCase();
  }

  append(...children) {
    for (const child of children) {
      const node = typeof child === "string" ? new PaperText(child) : child;
      node.parent?.childNodes.splice(node.parent.childNodes.indexOf(node), 1);
      node.parent = this;
      this.childNodes.push(node);
      work.nodes += 1;
    }
  }

  get lastChild() {
    return this.childNodes.at(-1);
  }

  get textContent() {
    return this.childNodes.map((node) => node.textContent).join("");
  }

  get innerMarkup() {
    return this.childNodes.map((node) => node.markup).join("");
  }

  get markup() {
    const name = this.nodeName.toLowerCase();
    // Sorted, because the order in which they were set is nobody's business.
    const attributes = [...this.#attributes].sort().map(([key, value]) => ` ${key}="${escaped(value)}"`).join("");
    return VOID.has(name) ? `<${name}${attributes}>` : `<${name}${attributes}>${this.innerMarkup}</${name}>`;
  }

  get alt() {
    return this.getAttribute("alt") ?? undefined;
  }

  find(name) {
    if (this.nodeName === name.toUpperCase()) return this;
    return this.childNodes.filter((node) => node.find).map((node) => node.find(name)).find(Boolean) ?? null;
  }

  setAttribute(name, value) {
    work.nodes += 1;
    this.#attributes.set(name, String(value));
  }

  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }

  hasAttribute(name) {
    return this.#attributes.has(name);
  }

  removeAttribute(name) {
    work.nodes += 1;
    this.#attributes.delete(name);
  }

  getAttributeNames() {
    return [...this.#attributes.keys()];
  }
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

export const paperDocument = {
  createElement: (name) => new Element(name),
  createTextNode: (data) => new PaperText(data),
};
