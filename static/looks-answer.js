/** How an answer looks: its states, its Markdown, its sources. */

export const ANSWER_LOOKS = `
.icon-button { display: grid; place-items: center; inline-size: 32px; block-size: 32px; margin-inline-start: -8px;
  border-radius: 8px; color: var(--_muted); flex: none; }
.icon-button:hover { background: var(--_surface); color: var(--_text); }
h2 { flex: 1; margin: 0; font-size: 16px; font-weight: 600; line-height: 1.4; overflow-wrap: anywhere;
  max-block-size: 4.2em; overflow: auto; }
.answer .body { padding: 20px 22px; min-block-size: 240px; }
.answer .note { padding: 12px 0 0; }

.status { flex: 1; display: flex; align-items: center; gap: 8px; }
[data-state="thinking"] .status::before, [data-state="writing"] .status::before {
  content: ""; inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--_accent);
}
.action { padding: 4px 11px; border: 1px solid var(--_line); border-radius: 8px; background: var(--_back);
  color: var(--_text); font-size: 13px; font-weight: 500; }
.action:hover { background: var(--_surface); }
.stop, .copy, .again, .skeleton, .trouble { display: none; }
[data-state="thinking"] :is(.stop, .skeleton), [data-state="writing"] .stop,
:is([data-state="done"], [data-state="stopped"]) :is(.copy, .again) { display: block; }

.skeleton i { display: block; block-size: 11px; margin-block: 6px 15px; border-radius: 6px;
  background: color-mix(in srgb, var(--_text) 8%, transparent); }
.skeleton i:nth-child(1) { inline-size: 92%; }
.skeleton i:nth-child(2) { inline-size: 84%; }
.skeleton i:nth-child(3) { inline-size: 48%; }

[data-state="error"] .foot { display: none; }
[data-state="error"] .trouble { display: flex; gap: 12px; padding: 16px; border-radius: 10px;
  background: color-mix(in srgb, var(--_danger) 8%, transparent); }
.trouble .icon { margin-block-start: 2px; color: var(--_danger); }
.trouble h3 { margin: 0; font-size: 15px; font-weight: 600; }
.trouble p { margin: 2px 0 12px; color: var(--_text); }
.prose:not(:empty) + .note + .trouble { margin-block-start: 18px; }

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
.prose a { color: var(--_accent); text-decoration-thickness: 1px; text-underline-offset: 3px; }
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

.prose .citation { display: inline-block; min-inline-size: 17px; margin-inline-end: 1px; padding: 0 4px;
  border-radius: 5px; background: color-mix(in srgb, var(--_accent) 14%, transparent); color: var(--_accent);
  font-size: 11px; font-weight: 600; line-height: 17px; text-align: center; text-decoration: none;
  vertical-align: 2px; font-variant-numeric: tabular-nums; }
.prose .citation + .citation { margin-inline-start: 2px; }
.prose a.citation:hover { background: var(--_accent); color: var(--_on-accent); }

.sources { margin-block-start: 26px; }
.sources h3 { margin: 0 0 8px; color: var(--_muted); font-size: 13px; font-weight: 550; }
.sources ol { display: grid; gap: 8px; margin: 0; padding: 0; list-style: none; }
.card { display: flex; gap: 12px; padding: 11px 14px; border: 1px solid var(--_line); border-radius: 10px;
  color: inherit; text-decoration: none; transition: border-color .12s; }
a.card:hover { border-color: color-mix(in srgb, var(--_accent) 55%, var(--_line)); background: var(--_surface); }
.card > .icon { inline-size: 15px; block-size: 15px; margin-block-start: 3px; color: var(--_muted); }
.card-text { flex: 1; min-inline-size: 0; }
.card-title { font-size: 14px; }
.card .excerpt { display: -webkit-box; overflow: hidden; margin-block-start: 1px; font-size: 13px;
  -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.number { flex: none; inline-size: 20px; block-size: 20px; margin-block-start: 1px; border-radius: 6px;
  background: color-mix(in srgb, var(--_accent) 14%, transparent); color: var(--_accent);
  font-size: 11.5px; font-weight: 600; line-height: 20px; text-align: center; }
.number:empty { display: none; }

@media (max-width: 640px) {
  .answer .body { padding: 18px; }
  .answer .foot { padding-inline: 18px; }
  .action { padding: 8px 14px; }
}
@media (prefers-reduced-motion: no-preference) {
  .skeleton i { animation: breathe 1.5s ease-in-out infinite; }
  .skeleton i:nth-child(2) { animation-delay: .15s; }
  .skeleton i:nth-child(3) { animation-delay: .3s; }
  :is([data-state="thinking"], [data-state="writing"]) .status::before {
    animation: breathe 1.2s ease-in-out infinite;
  }
  @keyframes breathe { 50% { opacity: .4; } }
}
`;
