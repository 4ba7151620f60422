/** How an answer looks: its states, its Markdown, its sources. */

import { css } from "./dom.js";

export const ANSWER_LOOKS = css`
.bar > .icon-button:first-child { margin-inline-start: -8px; }
.icon-button:dir(rtl) svg { scale: -1 1; }
.action { border: 1px solid var(--_line); color: var(--_text); }
.afresh, .thumbs { display: flex; margin-inline-start: auto; }
.answer .body { padding-inline: 22px; min-height: min(420px, 50vh); }
.foot textarea { max-height: 8em; resize: none; field-sizing: content; color: var(--_text); font-size: 15px; }
.foot:focus-within { box-shadow: inset 0 2px var(--_accent); }
.foot .send { background: var(--_accent); color: var(--_on-accent); }

.turn { padding-block: 18px; }
.turn + .turn { border-top: 1px solid var(--_line); }
.turn > .note { padding: 12px 0 0; }
:is(h2, h3, h4, h5, h6) { margin: 0 0 8px; font-size: 15px; font-weight: 600; line-height: 1.4; }
h2 { font-size: 18px; }
.status, .sources h3 { color: var(--_muted); font-size: 13px; }
.status { margin: 0; }
.status::before { content: "● "; color: var(--_accent); }
.answer[data-state*="ing"] .send, .answer:not([data-state*="ing"]) .stop,
[aria-busy="true"] ~ .tools, [aria-busy="false"] ~ .status,
.turn:not([data-state="done"]) .feedback, .turn:is(:not(:last-child), [data-state="error"]) .again { display: none; }

.trouble:not(:empty) { margin-top: 12px; padding: 16px; border-radius: 10px; outline: 1px solid transparent;
  background: color-mix(in srgb, light-dark(#a8321f, #f0907c) 8%, transparent); }
.trouble p { margin: 0 0 10px; }

.prose { line-height: 1.6; }
.prose > :first-child { margin-top: 0; }
.prose :is(p, ul, ol, blockquote, figure, .table) { margin: 0 0 .85em; }
.prose :is(h3, h4, h5, h6) { margin-top: 1.4em; }
.prose :is(ul, ol) { padding-inline-start: 1.5em; }
.prose li, .prose li > :is(p, ul, ol, .table) { margin-block: .25em; }
.prose .loose > li > p { margin-block: .7em; }
.prose li::marker { color: var(--_muted); }
.prose img { max-width: 100%; height: auto; }
.prose a, .peek a { color: var(--_accent); text-underline-offset: 3px; }
.prose blockquote { padding-inline-start: 14px; border-inline-start: 3px solid var(--_line); color: var(--_muted); }
.prose hr { margin-block: 1.4em; border: 0; border-top: 1px solid var(--_line); }
.prose :is(pre, code) { font: 13px/1.6 var(--lectern-mono-font, ui-monospace, Menlo, Consolas, monospace); }
.prose :not(pre) > code { padding: 1px 4px; border: 1px solid var(--_line); border-radius: 5px; background: var(--_surface); }
.code { overflow: hidden; border: 1px solid var(--_line); border-radius: 10px; background: var(--_surface); }
.code span { flex: 1; }
.code figcaption { display: flex; align-items: center; min-height: 34px;
  padding: 0 6px 0 14px; color: var(--_muted); font-size: 12px; }
.code pre { margin: 0; padding: 2px 14px 13px; overflow-x: auto; overflow-wrap: normal; }
.table { overflow-x: auto; }
.prose table { border-spacing: 0; font-size: 14px; overflow-wrap: normal; }
.prose :is(th, td) { padding: 7px 14px 7px 0; border-bottom: 1px solid var(--_line); text-align: start;
  vertical-align: top; }
.prose [data-align="right"] { text-align: end; }
.prose [data-align="center"] { text-align: center; }

.citation, .number { flex: none; min-width: 18px; border-radius: 5px; color: var(--_accent);
  background: color-mix(in srgb, var(--_accent) 14%, transparent);
  font-size: 11px; font-weight: 600; line-height: 18px; text-align: center; }
.prose .citation { margin-inline: 1px; padding: 2px 6px; text-decoration: none; vertical-align: 1px; }
.prose .citation:hover { background: var(--_accent); color: var(--_on-accent); }
.peek { position-area: end span-end; inset: auto; width: min(340px, 90vw); margin: 0 6px;
  padding: 12px 14px; border: 1px solid var(--_line); border-radius: 10px; background: var(--_back); color: var(--_muted);
  box-shadow: 0 8px 32px #0003; font-size: 13.5px; }
.peek p { margin: 4px 0 0; }

.sources { margin-top: 14px; }
.sources ol { margin: 0; padding: 0; list-style: none; }
.card { display: flex; gap: 10px; margin-inline: -8px; padding: 6px 8px; border-radius: 8px; color: inherit;
  font-size: 14px; text-decoration: none; }
.number { align-self: start; margin-top: 1px; }
ol.sources .excerpt, .number:empty { display: none; }

.tools { display: flex; flex-wrap: wrap; align-items: center; margin: 10px -9px 0; }
.feedback { display: contents; }
.down svg { rotate: 180deg; }
[aria-pressed="true"] { color: var(--_accent); }
[aria-pressed="true"] svg { fill: currentColor; }
.feedback > :is(form, p) { flex: 100%; padding: 4px 9px 8px; font-size: 14px; }
.feedback form { order: 1; }
.feedback fieldset { display: flex; flex-wrap: wrap; gap: 6px 16px; margin: 0; padding: 0; border: 0; }
.feedback legend { padding: 0 0 6px; font-weight: 600; }
.feedback input { margin-inline: 0 6px; vertical-align: -2px; }
.feedback textarea { width: 100%; margin-block: 10px; padding: 8px 10px; border: 1px solid var(--_line); border-radius: 8px; }

@media (prefers-reduced-motion: no-preference) {
  .status::before { animation: breathe 1.5s ease-in-out infinite; }
  .peek { animation: appear .12s .08s both; }
  @keyframes breathe { 50% { opacity: .5; } }
}
`;
