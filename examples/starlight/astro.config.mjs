import starlight from "@astrojs/starlight";
import { defineConfig } from "astro/config";

const script = {
  type: "module",
  src: "https://lectern.example.com/widget.js",
  "data-site": "pk_your_site_key",
};

export default defineConfig({
  site: "https://docs.example.com",
  integrations: [
    starlight({
      title: "Lumen",
      pagefind: false,
      head: [{ tag: "script", attrs: script }],
      components: { Head: "./src/components/Head.astro", Search: "./src/components/Search.astro" },
    }),
  ],
});
