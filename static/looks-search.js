/** How found sections look, and the rows of the search. Its variables come from looks.js. */

import { css } from "./dom.js";

export const SEARCH_LOOKS = css`
[role="listbox"] { padding: 8px; }
[role="listbox"]:empty { display: none; }
[role="group"] { position: relative; padding-block-start: 6px; }
.row, .page { display: flex; gap: 12px; padding: 8px 10px; }
button.row { inline-size: 100%; }
.row { border-radius: 9px; color: inherit; text-align: start; text-decoration: none; scroll-margin: 44px 8px; }
:is(.row, .page) > .icon { margin-block-start: 2px; color: var(--_muted); }
.row > .icon:last-child { visibility: hidden; inline-size: 15px; }
.row[aria-selected="true"] { background: color-mix(in srgb, var(--_text) 7%, transparent);
  outline: 2px solid transparent; outline-offset: -2px; }
.row[aria-selected="true"] > .icon:last-child { visibility: visible; }
.row-text { flex: 1; min-inline-size: 0; overflow-wrap: anywhere; }
.row b { font-weight: 600; }
.row-text, .card-title, .excerpt, .peek a { unicode-bidi: plaintext;
  text-align: -webkit-match-parent; text-align: match-parent; }
.ask > .icon:first-child { color: var(--_accent); }

.head, .card-title { font-weight: 550; overflow-wrap: anywhere; }
[role="group"] > .head { display: block; padding: 8px 10px 4px; color: var(--_muted); font-size: 13px; }
.section { margin-inline-start: 18px; padding-inline-start: 21px; border-inline-start: 1px solid var(--_line);
  border-start-start-radius: 0; border-end-start-radius: 0; }
.section .head { font-size: 14px; }
.step { color: var(--_muted); font-weight: 400; }
.excerpt { color: var(--_muted); font-size: 13.5px; line-height: 1.5; overflow-wrap: anywhere; }
.row .excerpt { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
mark { background: none; color: var(--_accent); }
button.clear { position: absolute; inset-block-start: 10px; inset-inline-end: 0; inline-size: auto; padding: 4px 10px;
  color: var(--_muted); font-size: 13px; }
.clear > .icon { display: none; }

@media (max-width: 640px) {
  .row { min-block-size: 44px; padding-block: 11px; }
  .row .excerpt { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; white-space: normal; }
  .row > .icon:last-child { display: none; }
  .clear { inset-block-start: 0; min-inline-size: 44px; }
}
`;
