/** @type {import('@docusaurus/types').Config} */
export default {
  title: "Lumen",
  url: "https://docs.example.com",
  baseUrl: "/",
  plugins: [["@docusaurus/plugin-content-docs", { routeBasePath: "/" }]],
  themes: ["@docusaurus/theme-classic"],
  scripts: [{ src: "https://lectern.example.com/widget.js", type: "module", "data-site": "pk_your_site_key" }],
  themeConfig: { navbar: { title: "Lumen" } },
};
