/** Huge and hostile answers, in work instead of time: how many nodes one push makes, moves or changes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MarkdownStream } from "../../static/markdown.js";
import { SURROUNDINGS } from "./markdown-canonical.mjs";
import { Element, work } from "./paper-dom.mjs";

const HUNDRED_KB = 100_000;

/** As a stream of 400 equal deltas: the work of each, and what came of it. */
function streamed(text) {
  const target = new Element("div");
  const stream = new MarkdownStream(target, SURROUNDINGS);
  const length = Math.ceil(text.length / 400);
  const costs = [];
  for (let at = 0; at < text.length; at += length) {
    const before = work.nodes;
    stream.push(text.slice(at, at + length));
    costs.push(work.nodes - before);
  }
  stream.end();
  return { costs, target };
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

for (const [name, text] of Object.entries({
  "a table of 5,000 rows": `| a | b |\n|---|---|\n${"| one | `two` |\n".repeat(5_000)}`,
  "200 kB of code": `\`\`\`js\n${"const value = compute(1, 2); // a line\n".repeat(5_000)}`,
  "one line of code": `\`\`\`js\n${"compute(1, 2);".repeat(10_000)}`,
  "a list of 9,000 items": "- an *item* of a list\n".repeat(9_000),
  "a list in a list": `- a\n${"  - an *item* of a list\n".repeat(8_000)}`,
  "a quote of 4,000 paragraphs": "> words in a *quote*\n>\n".repeat(4_000),
  "an item of 4,000 paragraphs": `- a\n\n${"  words in an *item*\n\n".repeat(4_000)}`,
})) {
  test(`${name} costs no more at its end than at its beginning`, () => {
    const { costs } = streamed(text);
    const [early, late] = [mean(costs.slice(10, 60)), mean(costs.slice(-60, -10))];
    assert.ok(late < early * 1.5 + 20, `${early} nodes a push, then ${late}`);
  });
}

for (const [name, text] of Object.entries({
  "a paragraph of 200 kB": "Some words of **text** with `code` and [a link](https://x.example). ".repeat(3_000),
  "a paragraph of many lines": "Some words of **text** with `code`\n".repeat(6_000),
  "a line of 1 MB": "lorem ipsum ".repeat(85_000),
  "a line of 1 MB without a space": "x".repeat(1_000_000),
})) {
  test(`${name} is shown in parts, whole`, () => {
    const { costs, target } = streamed(text);
    assert.ok(Math.max(...costs) < 6_000, `${Math.max(...costs)} nodes in one push`);
    const words = text.replace(/\[a link\]\([^)]*\)/g, "a link").replace(/[*`\s]/g, "");
    assert.equal(target.textContent.replace(/\s/g, ""), words);
  });
}

test("a long line of code stays one line", () => {
  const line = "compute(1, 2); ".repeat(3_000);
  const { target } = streamed(`- a\n\n  \`\`\`js\n  first\n  ${line}x\n  last\n  \`\`\`\n`);
  assert.equal(target.find("code").textContent, `first\n${line}x\nlast`);
});

test("a text is cut between its characters", () => {
  const { target } = streamed("x" + "😀".repeat(5_000));
  assert.equal(target.childNodes.length, 4);
  for (const { textContent } of target.childNodes) assert.ok(textContent.isWellFormed?.() ?? !/^[\udc00-\udfff]/.test(textContent));
});

const REPEATED = [
  "[", "]", "[a]", "[1,", "*", "*a ", "a* ", "*a _b ~~c ", "~~a ", "_a_b", "*_", ">", "> ", "- ", "`", "`a ``b ```c ", "![", "![a](",
  "[a](", "[a](<", '[a](b "', "[a](b)", "(", "<", "<br>", "&", "\\", "|", "# ", "https://", "https://a(", "a.", " ", "\t", "\n", ":-",
];

for (const marks of REPEATED) {
  test(`100 kB of ${JSON.stringify(marks)} are read in no time`, () => {
    const target = new Element("div");
    const stream = new MarkdownStream(target, SURROUNDINGS);
    const text = marks.repeat(HUNDRED_KB / marks.length);
    const before = performance.now();
    // As ten deltas: a text that is read again for each of its characters takes minutes.
    for (let at = 0; at < text.length; at += HUNDRED_KB / 10) stream.push(text.slice(at, at + HUNDRED_KB / 10));
    stream.end();
    const seconds = (performance.now() - before) / 1000;
    assert.ok(seconds < 2, `${seconds} s`);
  });
}

test("marks that are far apart are no pair, so that none is looked for from everywhere", () => {
  const markup = (count) => streamed(`*a${"`x` ".repeat(count)}b*`).target.innerMarkup;
  assert.match(markup(100), /<em>/);
  assert.doesNotMatch(markup(400), /<em>/);
});
