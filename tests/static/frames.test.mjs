import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrame } from "../../static/client.js";
import { cutAtRanges } from "../../static/source-cards.js";

test("an excerpt is cut at its ranges, whatever their order", () => {
  const shown = ({ text, marked }) => (marked ? `[${text}]` : text);
  const pieces = (ranges) => cutAtRanges("🎉 party time", ranges).map(shown).join("");
  assert.equal("🎉 [party] [time]", pieces([[9, 13], [3, 8]]));
  assert.equal("🎉 [party t][ime]", pieces([[3, 10], [8, 99], [-4, 0]]));
  assert.equal("🎉 party time", pieces([]));
});

test("a frame is read, with its sources checked", () => {
  const endpoint = new URL("https://lectern.example.com/");
  const shown = { number: 1, title: "T", heading: "H", excerpt: "e" };
  const source = { ...shown, ranges: [[0, 1], ["x"]], url: "/p#h", score: 1, similarity: 0.5 };
  const frame = { choices: [{ answer: "", text: "Hi", finish_reason: null }], sources: [source, { url: "javascript:x" }] };
  const empty = { number: null, title: "", heading: "", excerpt: "", ranges: [], byMeaning: false, href: null };
  const read = { ...shown, ranges: [[0, 1]], byMeaning: true, href: "https://lectern.example.com/p#h" };
  const expected = { answer: "", text: "Hi", sources: [read, empty], reason: "", trouble: null };
  assert.deepEqual(readFrame(JSON.stringify(frame), endpoint), expected);
  assert.equal(null, readFrame("not json", endpoint));
  assert.equal(null, readFrame('{"choices": []}', endpoint));
});
