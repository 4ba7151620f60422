import assert from "node:assert/strict";
import { test } from "node:test";

import { safeAddress } from "../../static/links.js";
import { MarkdownStream } from "../../static/markdown.js";
import { Element, paperDocument } from "./paper-dom.mjs";

globalThis.document = paperDocument;
globalThis.location = new URL("https://docs.example.com/guide/");

const SURROUNDINGS = { base: "https://docs.example.com/guide/", citation: cite, copy: "Copy", table: "Table" };

function cite(number) {
  return number < 20 ? new Element("sup") : null;
}

function started(...deltas) {
  const target = new Element("div");
  const stream = new MarkdownStream(target, SURROUNDINGS);
  for (const delta of deltas) stream.push(delta);
  return { target, stream };
}

/** What is made of the text, without the attributes that every block or link has. */
function shown(target) {
  return target.innerMarkup.replace(/ (?:dir|tabindex|target|rel|loading|referrerpolicy)="[^"]*"/g, "");
}

function rendered(...deltas) {
  const { target, stream } = started(...deltas);
  stream.end();
  return shown(target);
}

function sofar(...deltas) {
  return shown(started(...deltas).target);
}

// Blocks

test("a list holds its nested list, its code and its second paragraph", () => {
  const code = '<figure class="code" part="code"><figcaption><span></span><button data-copy="code" type="button">Copy</button></figcaption><pre><code>e</code></pre></figure>';
  const first = "<li><p>a</p><ul><li><p>b</p></li></ul></li>";
  const expected = `<ul class="loose">${first}<li><p>c</p><p>d</p>${code}</li></ul><p>f</p><p>g</p>`;
  assert.equal(rendered("- a\n  - b\n- c\n\n  d\n  ```\n  e\n  ```\n\nf\n\ng"), expected);
});

test("a bullet two columns in belongs to the numbered item above it", () => {
  assert.equal(rendered("10. a\n  - b"), '<ol start="10"><li><p>a</p><ul><li><p>b</p></li></ul></li></ol>');
});

test("a line that starts with the next number is the next item", () => {
  const expected = '<ol start="1"><li><p>a</p></li><li><p>b</p></li></ol><ol start="3"><li><p>c</p></li></ol>';
  assert.equal(rendered("1. a\n2. b\n3) c"), expected);
});

test("a task has its box", () => {
  const expected = "<ul><li><p>☐ a</p></li><li><p>☑ b</p></li><li><p>[x]c</p></li></ul>";
  assert.equal(rendered("- [ ] a\n- [x] b\n- [x]c"), expected);
});

test("a fence keeps tabs, blank lines and marks, and an open one reaches to the end", () => {
  const { target } = started("~~~go title=x\n\tx := `y`\n\n```\n# no");
  assert.deepEqual(["go", "\tx := `y`\n\n```\n# no"], ["figcaption", "code"].map((name) => target.find(name).textContent));
});

test("a copy button and a table are named by the surroundings", () => {
  const target = new Element("div");
  const stream = new MarkdownStream(target, { ...SURROUNDINGS, copy: "Kopieren", table: "Tabelle" });
  stream.push("```\na\n```\n\n| a |\n|---|\n");
  stream.end();
  assert.equal(target.find("button").textContent, "Kopieren");
  assert.equal(target.childNodes[1].getAttribute("aria-label"), "Tabelle");
});

test("what scrolls can be focused, and a table is a region with a name", () => {
  const { target } = started("```\na\n```\n\n| a |\n|---|\n| b |\n");
  const region = target.childNodes[1];
  const found = ["tabindex", "role", "aria-label"].map((name) => region.getAttribute(name));
  assert.deepEqual(["0", "region", "Table"], found);
  assert.equal(target.find("pre").getAttribute("tabindex"), "0");
});

test("a table has its head's cells at most, and its alignment", () => {
  const row = (name, cells) => `<tr>${cells.map(([align, text]) => `<${name}${align}>${text}</${name}>`).join("")}</tr>`;
  const [left, center, right] = ["left", "center", "right"].map((side) => ` data-align="${side}"`);
  const head = row("th", [[left, "a"], [center, "b"], [right, "c"], ["", "d"]]);
  const body = row("td", [[left, "1"]]) + row("td", [[left, "1"], [center, "|"], [right, "3"], ["", "4"]]);
  const expected = `<div aria-label="Table" class="table" role="region"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>`;
  assert.equal(rendered("a | b | c | d\n:-- | :-: | -: | -\n1\n1 | \\| | 3 | 4 | 5"), expected);
});

test("nesting without end is cut off", () => {
  const depth = (node) => 1 + Math.max(0, ...(node.childNodes ?? []).map(depth));
  const nested = { "> ": "", "- ": "", "1. ": "", "> - ": "", "*a _b ": "_*", "**a ": "**", "![": "](b)" };
  for (const [opening, closing] of Object.entries(nested)) {
    const { target, stream } = started(opening.repeat(400), "x");
    assert.ok(depth(target) < 40, `${opening} so far`);
    stream.push(closing.repeat(400));
    stream.end();
    assert.ok(depth(target) < 40, opening);
  }
});

// Inline

test("emphasis nests, and stays away from words with underscores and from sums", () => {
  assert.equal(rendered("***a** b*"), "<p><em><strong>a</strong> b</em></p>");
  assert.equal(rendered("snake_case_name 2 * 3 * 4 ~x~"), "<p>snake_case_name 2 * 3 * 4 ~x~</p>");
});

test("emphasis works beside letters of scripts without spaces", () => {
  assert.equal(rendered("これは**「鍵」**です"), "<p>これは<strong>「鍵」</strong>です</p>");
});

test("citations are found beside each other and in one bracket, but not in code or links", () => {
  const count = (source) => rendered(source).split("<sup>").length - 1;
  assert.equal(count("x [1][2] y [3, 14]."), 4);
  assert.equal(count("`a[1]` [1](https://example.com) \\[1] [x] [see [2]](https://example.com) [20]"), 0);
});

test("an image is lazy, tells nobody where it is shown, and has the size that it is given", () => {
  const { target } = started('![a *plan*](p.png "t" =300x200) ![b](javascript:x) ![c](//evil.example/p.png)', "\n\n");
  const image = target.find("img");
  const expected = {
    alt: "a plan",
    loading: "lazy",
    referrerpolicy: "no-referrer",
    title: "t",
    width: "300",
    height: "200",
    src: "https://docs.example.com/guide/p.png",
  };
  const found = image.getAttributeNames().map((name) => [name, image.getAttribute(name)]);
  assert.deepEqual(Object.fromEntries(found), expected);
  assert.ok(image.getAttributeNames().indexOf("loading") < image.getAttributeNames().indexOf("src"));
  assert.equal(target.textContent, " b c");
});

test("a bare address ends before the sentence does", () => {
  const address = "https://example.com/a_(b)";
  assert.equal(rendered(`(see ${address}).`), `<p>(see <a href="${address}">${address}</a>).</p>`);
});

test("an unfinished text shows no marks that are about to vanish", () => {
  for (const source of ["**so far", "**so far*", "**so far**"]) assert.equal(sofar(source), "<p><strong>so far</strong></p>");
  for (const end of ["the docs", "the docs]", "the docs](htt", 'the docs](b "t']) {
    assert.equal(sofar(`see [${end}`), "<p>see the docs</p>");
    assert.equal(sofar(`see ![${end}`), "<p>see </p>");
  }
  assert.equal(sofar("as said [1"), "<p>as said </p>");
  assert.equal(sofar("`make"), "<p><code>make</code></p>");
  assert.equal(sofar("so \ud83c"), "<p>so</p>");
});

test("a bracket in code ends no label", () => {
  assert.equal(rendered("[a `](https://evil.example)` b"), "<p>[a <code>](https://evil.example)</code> b</p>");
});

// Rendering

test("the open block keeps its node while it grows", () => {
  const { target, stream } = started("```sh\nmake");
  const [figure] = target.childNodes;
  stream.push(" up\nmake test");
  assert.ok(figure === target.childNodes[0]);
  assert.equal("make up\nmake test", figure.find("code").textContent);
});

test("a long table grows in groups of rows, whether they come one by one or at once", () => {
  const rows = Array.from({ length: 250 }, (_, number) => `| ${number} | b |\n`);
  const first = ["| a | b |\n| - | - |\n", rows[0]];
  const slowly = started(...first);
  const bodiesOf = ({ target }) => target.childNodes[0].childNodes[0].childNodes.slice(1);
  const [body] = bodiesOf(slowly);
  for (const row of rows.slice(1)) slowly.stream.push(row);
  const atOnce = started(...first, rows.slice(1).join(""));
  for (const grown of [slowly, atOnce]) {
    grown.stream.end();
    assert.deepEqual(bodiesOf(grown).map(({ childNodes }) => childNodes.length), [100, 100, 50]);
    const numbers = [...shown(grown.target).matchAll(/<td>(\d+)/g)].map(([, number]) => Number(number));
    assert.deepEqual(numbers, [...rows.keys()]);
  }
  assert.ok(body === bodiesOf(slowly)[0]);
});

test("a growing text is added to, so that what a reader has selected stays selected", () => {
  const { target, stream } = started("some **words");
  const [text, strong] = target.find("p").childNodes;
  for (const node of [text, strong.childNodes[0]]) {
    Object.defineProperty(node, "data", { get: () => node.textContent, set: () => assert.fail("replaced") });
  }
  stream.push(" more** and more");
  assert.equal(target.textContent, "some words more and more");
});

test("nothing half-written shows: no lone list mark, no table head taken for a paragraph", () => {
  const { target, stream } = started();
  const seen = ["a\n\n-", " b\n\n| x ", "| y |\n|-", "--|---|\n"].map((delta) => {
    stream.push(delta);
    return target.childNodes.map((node) => node.nodeName).join(" ");
  });
  assert.deepEqual(["P", "P UL", "P UL", "P UL DIV"], seen);
});

test("each block has the direction of its first letter, and code is left to right", () => {
  const { target } = started("مرحبا\n\n- a\n\n```\nx\n```\n");
  assert.deepEqual(["auto", "auto", "auto"], target.childNodes.map((node) => node.getAttribute("dir")));
  assert.equal(target.find("pre").getAttribute("dir"), "ltr");
});

test("nothing turns the direction of text around", () => {
  const turned = "[\u202emoc.elpmaxe\u202c](https://evil.example) `\u2066a\u2069` \u202b\u202d";
  assert.doesNotMatch(rendered(turned, "\n\n```\n\u202e\n```"), /[\u202a-\u202e\u2066-\u2069]/);
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
    "[g](&#106;avascript:alert(1))",
    "![h](data:image/svg+xml,x)",
    "[i](\u200bjavascript:alert(1))",
  ].join(" x ");
  const markup = rendered(hostile);
  const names = new Set([...markup.matchAll(/<(\w+)/g)].map(([, name]) => name));
  // A zero-width space before a scheme makes it a path.
  assert.deepEqual(["p", "a"], [...names]);
  const addresses = [...markup.matchAll(/href="([^"]*)"/g)].map(([, address]) => new URL(address).origin);
  assert.deepEqual(["https://docs.example.com"], addresses);
});

test("a link leaves the page in a new tab, and stays within its site in the same", () => {
  const { target, stream } = started('[a](https://example.com) [b](b "t")');
  stream.end();
  const expected = '<a href="https://example.com/" target="_blank">a</a> <a href="https://docs.example.com/guide/b" title="t">b</a>';
  assert.equal(target.childNodes[0].innerMarkup, expected);
});

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
