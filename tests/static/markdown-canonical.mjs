/**
 * What two renderings of one Markdown text have to agree on, as a string: `ours` from the DOM of
 * `static/markdown.js`, `theirs` from the HTML of markdown-it. Each function undoes what one of them does on purpose.
 */

import { createRequire } from "node:module";

import { safeAddress } from "../../static/links.js";
import { MarkdownStream } from "../../static/markdown.js";
import { Element, paperDocument } from "./paper-dom.mjs";

globalThis.document = paperDocument;
globalThis.location = new URL("https://docs.example.com/guide/");

const clients = createRequire(new URL("../clients/package.json", import.meta.url));
const MarkdownIt = clients("markdown-it");

export const examples = clients("commonmark-spec").tests;
export const BASE = "https://docs.example.com/guide/";
export const SURROUNDINGS = { base: BASE, citation: () => null, copy: "Copy", table: "Table" };

const BLOCKS = new Set("#root p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre hr table thead tbody tr th td".split(" "));
const VOID = new Set(["br", "hr", "img"]);
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };
const TAG = /<(\/?)([a-z]\w*)((?:\s+[\w-]+="[^"]*")*)\s*>/g;

const markdownIt = makeMarkdownIt();

function makeMarkdownIt() {
  const made = new MarkdownIt({ html: false, linkify: true });
  // Which addresses become links is checked below, by the one function that decides it here.
  made.validateLink = () => true;
  made.normalizeLink = (address) => address;
  made.normalizeLinkText = (text) => text;
  made.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  for (const scheme of ["ftp:", "mailto:", "//"]) made.linkify.add(scheme, null);
  return made;
}

/** The DOM of the whole text, pushed at once or in the given pieces. */
export function render(...deltas) {
  const target = new Element("div");
  const stream = new MarkdownStream(target, SURROUNDINGS);
  for (const delta of deltas) stream.push(delta);
  stream.end();
  return target;
}

export function ours(target) {
  return canonical(written(parsed(target.innerMarkup), OURS));
}

export function theirs(text) {
  return canonical(written(parsed(markdownIt.render(text).replaceAll("<br>\n", "<br>")), THEIRS));
}

/** A tree of `{name, attributes, children}` and strings from HTML as both write it. */
function parsed(html) {
  const path = [{ name: "#root", attributes: {}, children: [] }];
  let end = 0;
  for (const match of html.matchAll(TAG)) {
    const [whole, closing, name, attributes] = match;
    addText(path.at(-1), html.slice(end, match.index));
    end = match.index + whole.length;
    if (closing) path.pop();
    else {
      const node = { name, attributes: attributesIn(attributes), children: [] };
      path.at(-1).children.push(node);
      if (!VOID.has(name)) path.push(node);
    }
  }
  addText(path[0], html.slice(end));
  if (path.length !== 1) throw new Error(`unbalanced: ${html}`);
  return path[0];
}

function attributesIn(text) {
  return Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, plain(value)]));
}

function addText(parent, html) {
  if (html) parent.children.push(plain(html));
}

function plain(html) {
  return html.replace(/&\w+;/g, (entity) => ENTITIES[entity]);
}

const OURS = {
  figure: (node) => {
    const [bar, pre] = node.children;
    return [code(pre.children[0], textOf(bar.children[0]))];
  },
  div: (node) => node.children,
  ul: tight,
  ol: tight,
  a: link,
  img: image,
  th: cell,
  td: cell,
  tr: filled,
};

const THEIRS = {
  pre: (node) => [code(node.children[0], (node.children[0].attributes.class ?? "").replace("language-", ""))],
  a: link,
  img: image,
  th: cell,
  td: cell,
  tr: filled,
  s: (node) => [as(node, { name: "del" })],
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((level) => [`h${level}`, (node) => heading(node, level)])),
};

/** The node as it is compared: no rule looks at it again. */
function as(node, changes) {
  return { ...node, ...changes, isDone: true };
}

/** An answer stands below its question, which is of the second level. */
function heading(node, level) {
  return [as(node, { name: `h${Math.max(3, Math.min(level + 1, 6))}` })];
}

function code(node, language) {
  const [first] = /^[\w+#.-]*/.exec(language);
  return as(node, { name: "pre", attributes: { language: first }, children: [textOf(node).trimEnd()] });
}

/** A tight item's paragraph is its text, and a task's box its brackets. */
function tight(node) {
  const isLoose = node.attributes.class === "loose";
  const start = Number(node.attributes.start ?? 1);
  const children = node.children.filter((item) => item.name).map((item) => {
    const inside = item.children.flatMap((child) => (child.name === "p" && !isLoose ? [...child.children, BREAK] : [child]));
    return { ...item, children: inside };
  });
  return [as(node, { attributes: start === 1 ? {} : { start: String(start) }, children })];
}

const BREAK = { name: "#end", attributes: {}, children: [] };

function link(node) {
  const href = safeAddress(node.attributes.href, BASE);
  const { title } = node.attributes;
  return href ? [as(node, { attributes: { href, title } })] : node.children;
}

function image(node) {
  const { src, alt, title, width, height } = node.attributes;
  const address = safeAddress(src, BASE);
  return address ? [as(node, { attributes: { src: address, alt, title, width, height } })] : [alt];
}

function cell(node) {
  const align = node.attributes["data-align"] ?? /text-align:\s*(\w+)/.exec(node.attributes.style ?? "")?.[1];
  return [as(node, { attributes: { align } })];
}

/** Missing cells at a row's end are the same as empty ones. */
function filled(node) {
  const children = node.children.filter((child) => child.name);
  while (children.length > 0 && children.at(-1).children.length === 0) children.pop();
  return [as(node, { children })];
}

function textOf(node) {
  return typeof node === "string" ? node : node.children.map(textOf).join("");
}

const KEPT = new Set(["start", "href", "title", "src", "alt", "width", "height", "align", "language"]);

function written(node, rules) {
  if (typeof node === "string") return marked(node);
  const rule = !node.isDone && rules[node.name];
  if (rule) return rule(node).map((each) => written(each, rules)).join("");
  const { name } = node;
  if (name === "#end") return "\u0000";
  const attributes = Object.entries(node.attributes).filter(([key, value]) => KEPT.has(key) && value !== undefined);
  const inside = node.children.map((child) => written(child, rules)).join("");
  const isEmpty = (/^h\d$/.test(name) || name === "tbody") && inside.trim() === "";
  if (isEmpty) return "";
  const start = [name, ...attributes.map(([key, value]) => `${key}=${JSON.stringify(value)}`)].join(" ");
  return BLOCKS.has(name) ? `\u0000<${start}>\u0000${inside}\u0000</${name}>\u0000` : `<${start}>${inside}</${name}>`;
}

function marked(text) {
  return text.replaceAll("☐", "[ ]").replaceAll("☑", "[x]").replace(/\[(\d+), ?(\d+)\]/g, "[$1][$2]");
}

/** White space at a block's edges is nothing, and the rest of it as browsers show it (code is kept apart). */
function canonical(text) {
  return text.replace(/\s*\u0000\s*/g, "\u0000").replace(/\u0000+/g, "\n").trim();
}
