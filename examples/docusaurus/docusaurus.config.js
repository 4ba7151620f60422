/** @type {import('@docusaurus/types').Config} */
export default {
  title: "Lumen",
  url: "https://docs.example.com",
  baseUrl: "/",
  presets: [["classic", { docs: { routeBasePath: "/" }, blog: false }]],
  scripts: [{ src: "https://lectern.example.com/static/lectern-search.js", type: "module" }],
  themeConfig: {
    navbar: {
      title: "Lumen",
      items: [{ type: "html", position: "right", value: "<lectern-search></lectern-search>" }],
    },
  },
};
