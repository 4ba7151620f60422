// node bundle.mjs <entry> <outfile>: what a site's own build would make of a page's module.
import process from "node:process";
import { build } from "esbuild";

const [entry, outfile] = process.argv.slice(2);
await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", logLevel: "warning" });
