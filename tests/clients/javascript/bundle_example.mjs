// node bundle_example.mjs <component> <program> <outfile>: a page's script, as a site's own build would make it. The
// program finds the component as "component", and the client lies beside the component in lectern/.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { build } from "esbuild";
import { compileScript, parse } from "vue/compiler-sfc";

const [component, program, outfile] = process.argv.slice(2);

const single = {
  name: "vue-single-file",
  setup({ onLoad }) {
    onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { descriptor } = parse(await readFile(path, "utf8"), { filename: path });
      return { contents: compileScript(descriptor, { id: "ask", inlineTemplate: true }).content, loader: "js" };
    });
  },
};

await build({
  stdin: { contents: program, resolveDir: import.meta.dirname },
  alias: { component },
  nodePaths: [`${import.meta.dirname}/../node_modules`],
  plugins: [single],
  outfile,
  bundle: true,
  format: "esm",
  platform: "browser",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
  logLevel: "error",
});
