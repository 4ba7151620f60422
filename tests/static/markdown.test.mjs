import assert from "node:assert/strict";
import { test } from "node:test";

import { safeAddress } from "../../static/links.js";
import { parseBlocks } from "../../static/markdown-blocks.js";
import { parseInline } from "../../static/markdown-inline.js";
import { MarkdownStream } from "../../static/markdown.js";
import { cutAtRanges } from "../../static/source-cards.js";
import { Element, paperDocument } from "./paper-dom.mjs";

globalThis.document = paperDocument;

const SURROUNDINGS = { base: "https://docs.example.com/guide/", citation: cite };
const ANSWER = `Run \`make up\` **now** [1].

# Steps

1. One
   \`\`\`sh
   a  b

   c
   \`\`\`
2. Two
   - deep *one*
   - deep two

> quoted
still quoted

| a | b |
|---|--:|
| 1 | 2 \\| 3 |

---
Last [link](https://example.com/x) line`;

function cite(number) {
  return number === 1 ? new Element("sup") : null;
}

function blocks(text) {
  return parseBlocks(text.split("\n")).map(({ line, ...block }) => block);
}

function rendered(...deltas) {
  const target = new Element("div");
  const stream = new MarkdownStream(target, SURROUNDINGS);
  for (const delta of deltas) stream.push(delta);
  stream.end();
  return target.innerMarkup;
}

function text(words) {
  return { type: "text", text: words };
}

// Blocks

test("a list holds its nested list, its code and its second paragraph", () => {
  const found = blocks("- a\n  - b\n- c\n\n  d\n  ```\n  e\n  ```\nf\n\ng");
  const innermost = [[{ type: "paragraph", text: "b", line: 0 }]];
  const inner = [{ type: "list", ordered: false, start: 1, loose: false, items: innermost, line: 1 }];
  const code = { type: "code", language: "", text: "e", closed: true, line: 3 };
  const expected = [
    {
      type: "list",
      ordered: false,
      start: 1,
      loose: true,
      items: [
        [{ type: "paragraph", text: "a", line: 0 }, ...inner],
        [{ type: "paragraph", text: "c", line: 0 }, { type: "paragraph", text: "d", line: 2 }, code],
      ],
    },
    { type: "paragraph", text: "f" },
    { type: "paragraph", text: "g" },
  ];
  assert.deepEqual(found, expected);
});

test("a bullet two columns in belongs to the numbered item above it", () => {
  const [list, ...rest] = blocks("10. a\n  - b");
  assert.deepEqual([["paragraph", "list"], []], [list.items[0].map((block) => block.type), rest]);
});

test("a line that starts with the next number is the next item", () => {
  const [list] = blocks("1. a\n2. b\n3) c");
  const item = (words) => [{ type: "paragraph", text: words, line: 0 }];
  assert.deepEqual([item("a"), item("b")], list.items);
});

test("a number in a paragraph starts no list, a 1 does", () => {
  assert.deepEqual(["paragraph"], blocks("in\n1984. was").map((block) => block.type));
  assert.deepEqual(["paragraph", "list"], blocks("so\n1. do").map((block) => block.type));
});

test("a fence keeps tabs, blank lines and marks, and an open one reaches to the end", () => {
  const found = blocks("~~~go\n\tx := `y`\n\n```\n# no");
  assert.deepEqual([{ type: "code", language: "go", text: "\tx := `y`\n\n```\n# no", closed: false }], found);
});

test("a table's rows have as many cells as its head", () => {
  const expected = { type: "table", aligns: ["left", "center"], head: ["a", "b"], rows: [["1", ""], ["1", "2"]] };
  assert.deepEqual([expected], blocks("a | b\n:-- | :-:\n1 |\n1 | 2 | 3"));
});

test("nesting without end is cut off", () => {
  assert.equal(1, blocks("> ".repeat(50_000) + "x").length);
  assert.equal(1, blocks("- ".repeat(50_000) + "x").length);
});

// Inline

test("emphasis nests, and stays away from words with underscores and from sums", () => {
  const nested = [{ type: "em", children: [{ type: "strong", children: [text("a")] }, text(" b")] }];
  assert.deepEqual(parseInline("***a** b*"), nested);
  assert.deepEqual(parseInline("snake_case_name 2 * 3 * 4"), [text("snake_case_name 2 * 3 * 4")]);
});

test("emphasis nested without end stays shallow enough to be shown", () => {
  const below = (piece) => (piece.children ? 1 + depth(piece.children) : 0);
  const depth = (pieces) => Math.max(0, ...pieces.map(below));
  const openers = "*a _b ".repeat(100);
  const closed = parseInline(`${openers}c${"_*".repeat(100)}`);
  assert.deepEqual([16, 16], [depth(closed), depth(parseInline(`${openers}c`, { open: true }))]);
});

test("emphasis works beside letters of scripts without spaces", () => {
  assert.deepEqual(parseInline("これは**「鍵」**です"), [
    text("これは"),
    { type: "strong", children: [text("「鍵」")] },
    text("です"),
  ]);
});

test("citations are found beside each other and in one bracket, but not in code or links", () => {
  const numbers = (source) => parseInline(source).flatMap((piece) => piece.number ?? []);
  assert.deepEqual([1, 2, 3, 14], numbers("x [1][2] y [3, 14]."));
  assert.deepEqual([], numbers("`a[1]` [1](https://example.com) \\[1] [x]"));
});

test("an image is its alternative text", () => {
  assert.deepEqual([text("see a plan")], parseInline("see ![a plan](https://example.com/p.png)"));
});

test("a bare address ends before the sentence does", () => {
  const [, link, rest] = parseInline("(see https://example.com/a_(b)).");
  assert.deepEqual(["https://example.com/a_(b)", text(").")], [link.address, rest]);
});

test("an unfinished text shows no marks that are about to vanish", () => {
  const strong = [{ type: "strong", children: [text("so far")] }];
  const sofar = (source) => parseInline(source, { open: true });
  for (const source of ["**so far", "**so far*", "**so far**"]) assert.deepEqual(strong, sofar(source));
  assert.deepEqual([text("see the docs")], sofar("see [the docs](htt"));
  assert.deepEqual([text("as said ")], sofar("as said [1"));
  assert.deepEqual([{ type: "code", text: "make" }], sofar("`make"));
});

test("a bracket in code ends no label", () => {
  const pieces = parseInline("[a `](https://evil.example)` b");
  assert.deepEqual(["text", "code", "text"], pieces.map(({ type }) => type));
});

for (const [name, source] of Object.entries({
  brackets: "[".repeat(20_000),
  "images and brackets": "![[".repeat(7_000),
  "closers without openers": "a* ".repeat(7_000),
  "openers without closers": "*a _b ~~c ".repeat(3_000),
  backticks: "`a ``b ```c ".repeat(2_000),
  "nested emphasis": "*_".repeat(5_000) + "a" + "_*".repeat(5_000),
  "open parentheses": "[a](" + "(".repeat(20_000),
})) {
  test(`20 kB of ${name} are read in no time`, { timeout: 2_000 }, () => {
    const before = performance.now();
    parseInline(source);
    parseInline(source, { open: true });
    assert.ok(performance.now() - before < 1_000);
  });
}

// Rendering

test("an answer cut anywhere renders like the answer in one piece", () => {
  const whole = rendered(ANSWER);
  assert.match(whole, /<h3 class="level-1">Steps<\/h3>/);
  for (let at = 0; at <= ANSWER.length; at += 1) {
    assert.equal(rendered(ANSWER.slice(0, at), ANSWER.slice(at)), whole);
  }
  assert.equal(rendered(...ANSWER), whole);
});

test("a finished block is never touched again", () => {
  const target = new Element("div");
  const stream = new MarkdownStream(target, SURROUNDINGS);
  stream.push("First *one*.\n\n- a\n- b\n\nThen");
  const finished = target.childNodes.slice(0, 2);
  const seal = (node) => {
    Object.freeze(node);
    Object.freeze(node.childNodes);
    node.childNodes?.forEach(seal);
  };
  finished.forEach(seal);
  stream.push(" more\n\n```\ncode");
  stream.end();
  assert.ok(target.childNodes[0] === finished[0] && target.childNodes[1] === finished[1]);
  assert.deepEqual(["P", "UL", "P", "FIGURE"], target.childNodes.map((node) => node.nodeName));
});

test("the open block keeps its node while it grows", () => {
  const target = new Element("div");
  const stream = new MarkdownStream(target, SURROUNDINGS);
  stream.push("```sh\nmake");
  const [figure] = target.childNodes;
  stream.push(" up\nmake test");
  assert.ok(figure === target.childNodes[0]);
  assert.equal("make up\nmake test", figure.find("code").textContent);
});

test("nothing half-written shows: no lone list mark, no table head taken for a paragraph", () => {
  const target = new Element("div");
  const stream = new MarkdownStream(target, SURROUNDINGS);
  const seen = ["a\n\n-", " b\n\n| x ", "| y |\n|-", "--|---|\n"].map((delta) => {
    stream.push(delta);
    return target.childNodes.map((node) => node.nodeName).join(" ");
  });
  assert.deepEqual(["P", "P UL", "P UL", "P UL DIV"], seen);
});

test("hostile output becomes text", () => {
  const hostile = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[b](java\tscript:alert(1))",
    "[c](data:text/html,x)",
    "[d](//evil.example)",
    "[e](/\\evil.example)",
    "![f](javascript:alert(1))",
    "<javascript:alert(1)>",
  ].join(" x ");
  const markup = rendered(hostile);
  assert.deepEqual(["p"], [...new Set([...markup.matchAll(/<(\w+)/g)].map(([, name]) => name))]);
});

test("a link carries its guards, whether absolute or of the same origin", () => {
  const link = (href, label) => `<a href="${href}" target="_blank" rel="noopener nofollow">${label}</a>`;
  const expected = `<p>${link("https://example.com/", "a")} ${link("https://docs.example.com/guide/b", "b")}</p>`;
  assert.equal(rendered("[a](https://example.com) [b](b)"), expected);
});

// Borders

test("only http(s) and the same origin are linked to", () => {
  const base = "https://docs.example.com/guide/";
  const linked = ["https://a.example/", "HTTP://a.example/", "/x#y", "?q", "../up"];
  const scripts = ["javascript:x", " javascript:x", "\u0001javascript:x", "data:,x", "mailto:a@b"];
  const refused = [...scripts, "//a.example", "\\\\a.example", "", null, "https://"];
  assert.deepEqual(linked.map((address) => safeAddress(address, base)), [
    "https://a.example/",
    "http://a.example/",
    "https://docs.example.com/x#y",
    "https://docs.example.com/guide/?q",
    "https://docs.example.com/up",
  ]);
  assert.deepEqual(refused.map((address) => safeAddress(address, base)), refused.map(() => null));
  assert.equal(null, safeAddress("javascript:x", "file:///guide/"), "two opaque origins are not the same one");
});

test("an excerpt is cut at its ranges, whatever their order", () => {
  const shown = ({ text, marked }) => (marked ? `[${text}]` : text);
  const pieces = (ranges) => cutAtRanges("🎉 party time", ranges).map(shown).join("");
  assert.equal("🎉 [party] [time]", pieces([[9, 13], [3, 8]]));
  assert.equal("🎉 [party t][ime]", pieces([[3, 10], [8, 99], [-4, 0]]));
  assert.equal("🎉 party time", pieces([]));
});

