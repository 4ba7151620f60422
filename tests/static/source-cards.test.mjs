import assert from "node:assert/strict";
import { test } from "node:test";

import { cutAtRanges } from "../../static/source-cards.js";

test("an excerpt is cut at its ranges, whatever their order", () => {
  const shown = (text, index) => (index % 2 && text ? `[${text}]` : text);
  const pieces = (ranges) => cutAtRanges("🎉 party time", ranges).map(shown).join("");
  assert.equal("🎉 [party] [time]", pieces([[9, 13], [3, 8]]));
  assert.equal("🎉 [party t][ime]", pieces([[3, 10], [8, 99], [-4, 0]]));
  assert.equal("🎉 party time", pieces([]));
});
