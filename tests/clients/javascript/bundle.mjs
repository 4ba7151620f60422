// node bundle.mjs <folder> <program>=<package> …: what a site's own build would make of each, as <package>.js.
import process from "node:process";
import { build } from "esbuild";

const [folder, ...pairs] = process.argv.slice(2);

function entry(program, name) {
  const client = name ? `import * as client from "${name}";` : "const client = globalThis;";
  const imports = `${client} import { run } from "./${program}.mjs"; import { runAll } from "./notebook.mjs";`;
  return `${imports} globalThis.runJobs = (jobs) => runAll((job) => run(client, job), jobs);`;
}

await Promise.all(
  pairs.map((pair) => {
    const [program, name] = pair.split("=");
    const stdin = { contents: entry(program, name), resolveDir: import.meta.dirname };
    const outfile = `${folder}/${(name || program).replace(/\W+/g, "-")}.js`;
    return build({ stdin, outfile, bundle: true, format: "esm", platform: "browser", logLevel: "error" });
  }),
);
