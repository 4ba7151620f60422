import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import * as client from "../../static/client.js";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const COMPILER = path("../clients/node_modules/typescript/bin/tsc");
const OPTIONS = "--noEmit --strict --target es2022 --module nodenext --lib es2022,dom,dom.iterable --types";

test("a program that uses every call of the client is right by its types", { skip: !existsSync(COMPILER) && "no typescript" }, () => {
  const { status, stdout } = spawnSync(process.execPath, [COMPILER, ...OPTIONS.split(" "), "", path("client-uses.ts")]);
  assert.deepEqual([String(stdout), status], ["", 0]);
});

test("the types name what the client exports", () => {
  const types = readFileSync(path("../../static/client.d.ts"), "utf8");
  const named = [...types.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), Object.keys(client).sort());
});
