import { Search } from "./search";

export const metadata = { title: "Lumen" };
export const viewport = { colorScheme: "light dark" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        {/* Not by next/script, which begins to load it only when the page is hydrated. */}
        <script type="module" async src="https://lectern.example.com/widget.js" data-site="pk_your_site_key" />
      </head>
      <body>
        <header>
          <Search />
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
