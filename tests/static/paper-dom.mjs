/** As much of the DOM as `static/dom.js` uses, so that rendering is tested without a browser. */

class PaperNode {
  parent = null;

  remove() {
    this.parent.childNodes.splice(this.parent.childNodes.indexOf(this), 1);
  }

  replaceWith(node) {
    this.parent.childNodes[this.parent.childNodes.indexOf(this)] = node;
    node.parent = this.parent;
  }
}

class PaperText extends PaperNode {
  nodeName = "#text";
  nodeType = 3;

  constructor(data) {
    super();
    this.data = data;
  }

  get textContent() {
    return this.data;
  }

  get markup() {
    return this.data.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  }

  appendData(data) {
    this.data += data;
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
    const attributes = [...this.#attributes].map(([key, value]) => ` ${key}="${value}"`).join("");
    return `<${name}${attributes}>${this.innerMarkup}</${name}>`;
  }

  find(name) {
    if (this.nodeName === name.toUpperCase()) return this;
    return this.childNodes.filter((node) => node.find).map((node) => node.find(name)).find(Boolean) ?? null;
  }

  setAttribute(name, value) {
    this.#attributes.set(name, value);
  }

  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }

  hasAttribute(name) {
    return this.#attributes.has(name);
  }

  removeAttribute(name) {
    this.#attributes.delete(name);
  }

  getAttributeNames() {
    return [...this.#attributes.keys()];
  }
}

export const paperDocument = {
  createElement: (name) => new Element(name),
  createTextNode: (data) => new PaperText(data),
};
