import createMDX from "@next/mdx";

// In quotes, as Turbopack wants it: gives headings the anchors that hits lead to.
const withMDX = createMDX({ extension: /\.mdx?$/, options: { rehypePlugins: ["rehype-slug"] } });

export default withMDX({ output: "export", trailingSlash: true });
