import starlight from "@astrojs/starlight";
import { defineConfig } from "astro/config";

export default defineConfig({
  site: "https://docs.example.com",
  integrations: [
    starlight({
      title: "Lumen",
      pagefind: false,
      head: [{ tag: "script", attrs: { type: "module", src: "https://lectern.example.com/static/lectern-search.js" } }],
      components: { Search: "./src/components/Search.astro" },
    }),
  ],
});
