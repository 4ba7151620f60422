/** How found sections look, and the rows of the search. Its variables come from looks.js. */

import { css } from "./dom.js";

export const SEARCH_LOOKS = css`
[role="listbox"] { padding: 8px; }
[role="listbox"]:empty { display: none; }
[role="group"] { padding-top: 6px; }
.row, .page { display: flex; gap: 12px; width: 100%; padding: 8px 10px; }
.row { border-radius: 8px; color: inherit; font-size: inherit; text-align: start; text-decoration: none;
  scroll-margin: 44px 8px; }
:is(.row, .page) > .icon { margin-top: 2px; color: var(--_muted); }
.row[aria-selected="false"] > .icon:last-child { visibility: hidden; }
.row[aria-selected="true"] { background: color-mix(in srgb, var(--_text) 7%, transparent);
  outline: 2px solid transparent; outline-offset: -2px; }
.words { flex: 1; min-width: 0; }
.row b { font-weight: 600; }
.words, .card .head, .excerpt, .peek a { unicode-bidi: plaintext; text-align: -webkit-match-parent; text-align: match-parent; }
.ask > .icon:first-child { color: var(--_accent); }

.head { display: block; font-weight: 600; }
[role="group"] > .head { padding: 8px 10px 4px; color: var(--_muted); font-size: 13px; }
.section { width: auto; margin-inline-start: 18px; padding-inline-start: 21px; border-inline-start: 1px solid var(--_line);
  border-start-start-radius: 0; border-end-start-radius: 0; }
.section .head { font-size: 14px; }
.step { color: var(--_muted); font-weight: 400; }
.excerpt { color: var(--_muted); font-size: 13.5px;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 1; overflow: hidden; }
mark { background: none; color: var(--_accent); }
.clear { color: var(--_muted); }

@media (max-width: 640px) {
  .row { min-height: 44px; padding-block: 11px; }
  .excerpt { -webkit-line-clamp: 2; }
  .row > .icon:last-child { display: none; }
}
`;
