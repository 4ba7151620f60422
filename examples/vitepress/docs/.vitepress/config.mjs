import { defineConfig } from "vitepress";

const script = {
  type: "module",
  src: "https://lectern.example.com/widget.js",
  "data-site": "pk_your_site_key",
};

export default defineConfig({ title: "Lumen", head: [["script", script]] });
