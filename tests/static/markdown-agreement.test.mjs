/** Markdown as markdown-it renders it: on CommonMark's examples, and on answers cut into deltas anywhere. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { MarkdownStream } from "../../static/markdown.js";
import { SURROUNDINGS, examples, ours, render, theirs } from "./markdown-canonical.mjs";
import { DEVIATIONS } from "./markdown-deviations.mjs";
import { Element } from "./paper-dom.mjs";

const CUTS = 12;
const ANSWERS = documentsIn("markdown-answers/");
const DOCS = documentsIn("../../docs/");

function documentsIn(folder) {
  const place = new URL(folder, import.meta.url);
  const names = readdirSync(place).filter((name) => name.endsWith(".md"));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, place), "utf8")]));
}

/** Numbers from 0 to 1, the same ones in every run (Park and Miller, "Minimal standard", 1988). */
function* randomNumbers(seed) {
  for (let state = seed; ; ) {
    state = (state * 48271) % 2147483647;
    yield state / 2147483647;
  }
}

/** The text in deltas of one to `longest` code units: also within a surrogate pair, and within "\r\n". */
function* cut(text, seed, longest) {
  const numbers = randomNumbers(seed);
  for (let at = 0; at < text.length; ) {
    const length = 1 + Math.floor(numbers.next().value * longest);
    yield text.slice(at, at + length);
    at += length;
  }
}

test("CommonMark's examples agree, all but those that deviate for a reason", (context) => {
  const agrees = ({ markdown }) => ours(render(markdown)) === theirs(markdown);
  const deviating = examples.filter((example) => !agrees(example)).map(({ number }) => number);
  context.diagnostic(`${examples.length - deviating.length} of ${examples.length} examples agree`);
  assert.deepEqual(deviating, [...DEVIATIONS.keys()].sort((one, other) => one - other));
});

test("CommonMark's examples come out the same letter by letter", () => {
  for (const { markdown, number } of examples) {
    assert.equal(render(...markdown).innerMarkup, render(markdown).innerMarkup, `example ${number}`);
  }
});

for (const [name, text] of Object.entries({ ...ANSWERS, ...DOCS })) {
  test(`${name} renders as markdown-it does it`, () => {
    assert.equal(ours(render(text)), theirs(text));
  });
}

for (const [name, text] of Object.entries(ANSWERS)) {
  test(`${name} renders the same however it is cut, and its finished blocks stay`, () => {
    const whole = render(text).innerMarkup;
    for (let seed = 1; seed <= CUTS; seed += 1) {
      const ended = seed % 2 ? text : text.replaceAll("\n", "\r\n");
      assert.equal(watched(cut(ended, seed, seed * 4)).innerMarkup, whole, `seed ${seed}`);
    }
    assert.equal(watched(text).innerMarkup, whole);
  });
}

/** Rendered with an eye on every finished block: it keeps its place, its nodes and its markup. */
function watched(deltas) {
  const target = new Element("div");
  const stream = new MarkdownStream(target, SURROUNDINGS);
  const finished = new Map();
  for (const delta of deltas) {
    stream.push(delta);
    for (const [node, markup] of finished) {
      assert.ok(target.childNodes.includes(node), "a finished block is replaced");
      assert.equal(node.markup, markup, "a finished block is changed");
    }
    // The last block is open; the one before it may have been closed by a line that is not complete yet.
    for (const node of target.childNodes.slice(0, -2)) if (!finished.has(node)) finished.set(node, node.markup);
  }
  stream.end();
  for (const [node, markup] of finished) assert.equal(node.markup, markup);
  return target;
}
