import { readdirSync } from "node:fs";

export const dynamicParams = false;

/** A page for each file of `docs`; `index.md` is the home page. */
export function generateStaticParams() {
  const files = readdirSync("docs", { recursive: true }).filter((file) => file.endsWith(".md"));
  return files.map((file) => ({ path: file === "index.md" ? [] : file.slice(0, -".md".length).split("/") }));
}

export default async function Page({ params }) {
  const { path = ["index"] } = await params;
  const { default: Text } = await import(`../../docs/${path.join("/")}.md`);
  return <Text />;
}
