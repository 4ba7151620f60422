/** How an answer looks: its states, its Markdown, its sources. */

export const ANSWER_LOOKS = `
.icon-button { display: grid; place-items: center; inline-size: 32px; block-size: 32px; padding: 0; flex: none;
  border-radius: 8px; color: var(--_muted); }
.icon-button:hover, .quiet:hover { background: var(--_surface); color: var(--_text); }
.icon-button[aria-label]:first-child { margin-inline-start: -8px; }
.quiet { padding: 5px 9px; border-radius: 8px; color: var(--_muted); font-size: 13px; }
.afresh { margin-inline-start: auto; }
.action { padding: 5px 12px; border: 1px solid var(--_line); border-radius: 8px; background: var(--_back);
  font-size: 13px; font-weight: 500; }
.action:hover { background: var(--_surface); }
.answer textarea { flex: 1; min-inline-size: 0; max-block-size: 8em; padding: 0; border: 0; outline: 0; resize: none;
  field-sizing: content; background: none; color: inherit; font: inherit; }
textarea::placeholder { color: var(--_muted); opacity: 1; }
.answer .foot { padding-block: 9px; font-size: 15px; color: inherit; }
.foot:focus-within { box-shadow: inset 0 2px var(--_accent); }
.send { background: var(--_accent); color: var(--_on-accent); }

.answer .body { padding: 0 22px; min-block-size: 280px; }
.turn { padding-block: 20px 14px; }
.turn + .turn { border-block-start: 1px solid var(--_line); }
.turn .note { padding: 12px 0 0; }
h2 { margin: 0 0 12px; font-size: 17px; font-weight: 620; line-height: 1.4; overflow-wrap: anywhere; }
.status { display: flex; align-items: center; gap: 9px; margin: 12px 0 0; color: var(--_muted); font-size: 13px; }
.status::before { content: ""; inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--_accent); }
[data-state="thinking"] .prose { block-size: 64px;
  background: repeating-linear-gradient(color-mix(in srgb, var(--_text) 8%, transparent) 0 10px, transparent 0 27px); }
.answer:has([aria-busy="true"]) .send, .answer:not(:has([aria-busy="true"])) .stop,
[aria-busy="true"] ~ .tools, [aria-busy="false"] ~ .status,
.turn:not([data-state="done"]) .feedback, .turn:not(:last-child) .again, [data-state="error"] .again { display: none; }

[data-state="error"] .trouble { display: flex; gap: 12px; padding: 16px; border-radius: 10px;
  background: color-mix(in srgb, var(--_danger) 8%, transparent); }
.trouble .icon { margin-block-start: 2px; color: var(--_danger); }
.trouble h3 { margin: 0; font-size: 15px; font-weight: 600; }
.trouble p { margin: 2px 0 12px; }
.prose:not(:empty) ~ .trouble { margin-block-start: 18px; }

.prose { overflow-wrap: anywhere; line-height: 1.62; }
.prose > :first-child { margin-block-start: 0; }
.prose > :last-child { margin-block-end: 0; }
.prose :is(p, ul, ol, blockquote, figure, .table) { margin: 0 0 .85em; }
.prose :is(h3, h4, h5, h6) { margin: 1.4em 0 .5em; font-size: 15px; font-weight: 650; line-height: 1.35; }
.prose :is(.level-1, .level-2) { font-size: 17px; }
.prose :is(ul, ol) { padding-inline-start: 1.5em; }
.prose li { margin-block: .25em; }
.prose li::marker { color: var(--_muted); }
.prose li > :is(ul, ol) { margin-block: .25em 0; }
.prose li > :is(figure, p):last-child { margin-block-end: .4em; }
.prose li:has(> input) { list-style: none; }
.prose img { max-inline-size: 100%; block-size: auto; border-radius: 8px; }
.prose a, .peek a { color: var(--_accent); text-decoration-thickness: 1px; text-underline-offset: 3px; }
.prose blockquote { padding-inline-start: 14px; border-inline-start: 3px solid var(--_line);
  color: var(--_muted); }
.prose hr { margin: 1.4em 0; border: 0; border-block-start: 1px solid var(--_line); }
.prose :is(pre, code) { font-family: var(--_mono); font-size: 13px; }
.prose :not(pre) > code { padding: .12em .36em; border-radius: 5px; background: var(--_surface);
  box-shadow: inset 0 0 0 1px var(--_line); font-size: .86em;
  box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.code { overflow: hidden; border: 1px solid var(--_line); border-radius: 10px; background: var(--_surface); }
.code figcaption { display: flex; justify-content: space-between; min-block-size: 32px; align-items: center;
  padding: 0 6px 0 14px; color: var(--_muted); font-size: 12px; }
.code button { padding: 3px 8px; border-radius: 6px; font-size: 12px; font-weight: 500; }
.code button:hover { background: color-mix(in srgb, var(--_text) 7%, transparent); color: var(--_text); }
.code pre { margin: 0; padding: 2px 14px 13px; overflow-x: auto; line-height: 1.6; tab-size: 4;
  overflow-wrap: normal; }
.table { overflow-x: auto; }
.prose table { border-collapse: collapse; font-size: 14px; overflow-wrap: normal; }
.prose :is(th, td) { padding: 7px 14px 7px 0; border-block-end: 1px solid var(--_line); text-align: start;
  vertical-align: top; }
.prose th { font-weight: 600; white-space: nowrap; }
[data-align="right"] { text-align: end !important; }
[data-align="center"] { text-align: center !important; }

.prose .citation, .number { padding: 0 4px; border-radius: 5px; color: var(--_accent);
  background: color-mix(in srgb, var(--_accent) 14%, transparent);
  font-size: 11px; font-weight: 600; line-height: 17px; text-align: center; font-variant-numeric: tabular-nums; }
.prose .citation { display: inline-block; min-inline-size: 17px; margin-inline: 1px; text-decoration: none; vertical-align: 2px; }
.prose .citation:hover { background: var(--_accent); color: var(--_on-accent); }
.peek { inset: auto; position-area: block-end span-inline-end; position-try: flip-inline, flip-block, flip-inline flip-block;
  inline-size: min(340px, 90vw); margin: 0; padding: 12px 14px; border: 1px solid var(--_line); border-radius: 10px;
  background: var(--_back); color: inherit; box-shadow: 0 8px 28px rgb(0 0 0 / .18); font-size: 13.5px; }
.peek p { display: -webkit-box; margin: 4px 0 0; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 5;
  color: var(--_muted); }

.sources { margin-block-start: 22px; }
.sources h3 { margin: 0 0 6px; color: var(--_muted); font-size: 13px; font-weight: 550; }
.sources ol { margin: 0; padding: 0; list-style: none; }
.card { display: flex; gap: 10px; margin-inline: -8px; padding: 6px 8px; border-radius: 8px; color: inherit; text-decoration: none; }
a.card:hover { background: var(--_surface); }
.card > .icon { inline-size: 15px; block-size: 15px; margin-block-start: 3px; color: var(--_muted); }
.card-text { flex: 1; min-inline-size: 0; }
.card-title { font-size: 14px; }
.card .excerpt { display: -webkit-box; overflow: hidden; font-size: 13px; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.sources:not(.nearest) .excerpt, .number:empty { display: none; }
.number { flex: none; inline-size: 19px; line-height: 19px; margin-block-start: 1px; }

.tools { display: flex; flex-wrap: wrap; align-items: center; margin: 14px -9px 0; }
.feedback { display: contents; }
.thumb { color: var(--_muted); }
.up { margin-inline-start: auto; }
.down svg { rotate: 180deg; }
.thumb[aria-pressed="true"] { color: var(--_accent); }
.thumb[aria-pressed="true"] .icon { fill: color-mix(in srgb, currentColor 25%, transparent); }
.feedback > :is(form, p) { flex: 100%; padding-inline: 9px; }
.feedback :is(fieldset, textarea) { display: flex; flex-wrap: wrap; gap: 6px 14px; margin: 0; padding: 8px 0; border: 0; font-size: 14px; }
.feedback legend { padding: 0; font-weight: 550; }
.feedback textarea { inline-size: 100%; padding: 8px 10px; margin-block-end: 8px; border: 1px solid var(--_line); border-radius: 8px; }
input[type="radio"] { accent-color: var(--_accent); margin-inline: 0 6px; }

@media (max-width: 640px) {
  .answer .body { padding-inline: 18px; }
}
@media (prefers-reduced-motion: no-preference) {
  [data-state="thinking"] .prose, .status::before { animation: breathe 1.5s ease-in-out infinite; }
  .peek { animation: appear .12s .08s both; }
  @keyframes breathe { 50% { opacity: .4; } }
}
`;
