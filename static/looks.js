/**
 * The box's style sheets. Constructed rather than linked: one request less, nothing flashes unstyled, and a
 * host page's `style-src` need not name this server.
 */

import { css } from "./dom.js";
import { ANSWER_LOOKS } from "./looks-answer.js";
import { SEARCH_LOOKS } from "./looks-search.js";

/** Where the box fills the screen, whatever its position; 200 % zoom makes a laptop's screen so small. */
export const SMALL_SCREEN = "(max-width: 640px), (max-height: 480px)";

// What the button needs too stands in widget.js.
const BOX_LOOKS = css`
:host {
  --_accent: var(--lectern-accent, light-dark(#0b6b5d, #63cbb5));
  --_on-accent: var(--lectern-on-accent, light-dark(#fff, #06201b));
  --_surface: var(--lectern-surface, light-dark(#f6f6f4, #1e1f22));
  --_text: var(--lectern-text, light-dark(#1b1c1e, #ececea));
  --_mono: var(--lectern-mono-font, ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace);
  --_danger: light-dark(#a8321f, #f0907c);
}
[hidden] { display: none !important; }

*, *::before, *::after { box-sizing: border-box; }
button, input { font: inherit; color: inherit; letter-spacing: inherit; }
button { border: 0; background: none; padding: 0; cursor: pointer; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
.icon {
  flex: none; inline-size: 18px; block-size: 18px;
  fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round;
}
kbd, .key-button {
  flex: none; padding: 1px 6px; border: 1px solid var(--_line); border-radius: 6px;
  background: var(--_surface); color: var(--_muted);
  font-family: inherit; font-size: 12px; font-weight: 500; line-height: 1.5;
}
.key-button:hover { color: var(--_text); }
.key-button .icon { display: none; }
.unseen {
  position: absolute; inline-size: 1px; block-size: 1px; margin: 0; overflow: hidden; clip-path: inset(50%);
}

dialog {
  inline-size: min(var(--lectern-width, 680px), 100vw - 32px);
  margin: min(12vh, 120px) auto auto; padding: 0; overflow: hidden; outline: 0;
  border: 1px solid var(--_line); border-radius: var(--_radius);
  background: var(--_back); color: var(--_text); text-align: start;
  box-shadow: 0 24px 64px -12px rgb(0 0 0 / .28), 0 4px 16px rgb(0 0 0 / .08);
}
dialog::backdrop { background: light-dark(rgb(28 28 26 / .38), rgb(0 0 0 / .6)); }
.view { display: flex; flex-direction: column; max-block-size: min(680px, 76vh); }
.panel {
  position: fixed; inset-block: 0; inset-inline: auto 0; inline-size: min(var(--lectern-width, 440px), 100vw);
  block-size: 100dvh; max-block-size: none; margin: 0; border-width: 0; border-inline-start-width: 1px;
  border-radius: 0;
}
.panel :is(.frame, .view) { block-size: 100%; max-block-size: none; }
.panel::backdrop { display: none; }
.inline { position: static; inline-size: 100%; margin: 0; box-shadow: none; }
slot:has(~ .inline[open]) { display: none; }
.bar {
  display: flex; align-items: center; gap: 12px; flex: none;
  min-block-size: 58px; padding: 10px 14px 10px 18px; border-block-end: 1px solid var(--_line);
}
.bar > .icon { color: var(--_muted); }
.bar input {
  flex: 1; min-inline-size: 0; padding: 0; border: 0; outline: 0; background: none; font-size: 17px;
  text-overflow: ellipsis;
}
.bar input::placeholder { color: var(--_muted); opacity: 1; }
.body { flex: 1; min-block-size: 0; overflow: hidden auto; overscroll-behavior: contain; outline: 0; }
.foot {
  display: flex; align-items: center; gap: 8px; flex: none;
  min-block-size: 46px; padding: 7px 14px 7px 18px; border-block-start: 1px solid var(--_line);
  color: var(--_muted); font-size: 13px;
}
.keys { gap: 18px; min-block-size: 40px; font-size: 12.5px; }
.note { margin: 0; padding: 14px 18px 18px; color: var(--_muted); font-size: 14px; }
.note:empty { display: none; }

@media (max-width: 640px), (max-height: 480px) {
  dialog {
    inset: var(--_top, 0) 0 auto; inline-size: 100vw; max-inline-size: none;
    block-size: var(--_height, 100dvh); max-block-size: none; margin: 0; border: 0; border-radius: 0;
  }
  .frame, .view { block-size: 100%; max-block-size: none; }
  .bar { padding-block-start: max(10px, env(safe-area-inset-top)); }
  .foot { min-block-size: 58px; padding-block-end: max(9px, env(safe-area-inset-bottom)); }
  .keys { display: none; }
  .key-button { display: grid; place-items: center; inline-size: 40px; block-size: 40px; margin-inline-end: -8px;
    padding: 0; border: 0; background: none; }
  .key-button .icon { display: block; }
  .key-button .key { display: none; }
}
@media (prefers-reduced-motion: no-preference) {
  dialog:not(.still), dialog:not(.still)::backdrop { animation: appear .14s ease-out; }
  .panel:not(.still) { --_from: 24px; }
  @keyframes appear { from { opacity: 0; translate: var(--_from, 0); } }
}
`;

/** One set for all boxes of a page. */
export const SHEETS = [BOX_LOOKS, SEARCH_LOOKS, ANSWER_LOOKS];
