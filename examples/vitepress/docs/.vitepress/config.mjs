import { defineConfig } from "vitepress";

export default defineConfig({
  title: "Lumen",
  head: [["script", { type: "module", src: "https://lectern.example.com/static/lectern-search.js" }]],
});
