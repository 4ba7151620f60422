/**
 * The box's style sheets. Constructed rather than linked: one request less, nothing flashes unstyled, and a
 * host page's `style-src` need not name this server.
 */

import { SEARCH_LOOKS } from "./looks-search.js";
import { css } from "./dom.js";
import { ANSWER_LOOKS } from "./looks-answer.js";

/** Where the box fills the screen, whatever its position; 200 % zoom makes a laptop's screen so small. */
export const SMALL_SCREEN = "(max-width: 640px), (max-height: 480px)";

// What the button needs too stands in widget.js.
const BOX_LOOKS = css`
:host {
  --_accent: var(--lectern-accent, light-dark(#0b6b5d, #63cbb5));
  --_on-accent: var(--lectern-on-accent, light-dark(#fff, #06201b));
  --_surface: var(--lectern-surface, light-dark(#f6f6f4, #1e1f22));
  --_text: var(--lectern-text, light-dark(#1b1c1e, #ececea));
}
[hidden] { display: none !important; }

*, *::before, *::after { box-sizing: border-box; }
button, input, textarea, kbd { border: 0; background: none; color: inherit; font: inherit; }
button { padding: 5px 9px; border-radius: 8px; color: var(--_muted); font-size: 13px; cursor: pointer; }
button:hover, .card:hover { background: color-mix(in srgb, var(--_text) 7%, transparent); }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
.icon {
  flex: none; width: 18px; height: 18px;
  fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round;
}
.icon-button { display: grid; place-items: center; flex: none; width: 32px; height: 32px; padding: 0; }
kbd {
  padding: 1px 6px; border: 1px solid var(--_line); border-radius: 6px; background: var(--_surface);
  font-size: 12px; white-space: nowrap;
}
kbd + .icon { display: none; }
.unseen { position: absolute; margin: 0; clip-path: inset(50%); }

dialog {
  width: min(var(--lectern-width, 680px), 100vw - 32px);
  margin: min(12vh, 120px) auto auto; padding: 0; overflow: hidden; outline: 0; overflow-wrap: anywhere;
  border: 1px solid var(--_line); border-radius: var(--_radius);
  background: var(--_back); color: var(--_text); text-align: start;
  box-shadow: 0 16px 64px #0004; scrollbar-color: color-mix(in srgb, var(--_text) 40%, transparent) transparent;
}
dialog:modal::backdrop { background: #0007; }
.view { display: flex; flex-direction: column; max-height: min(680px, 76vh); }
.panel { width: var(--lectern-width, 440px); height: 100dvh; max-height: none; margin: 0; margin-inline-start: auto;
  border-block: 0; border-radius: 0; }
.panel .view { height: 100%; max-height: none; }
.inline { position: static; width: 100%; margin: 0; box-shadow: none; }
slot:has(~ .inline[open]) { display: none; }
.bar {
  display: flex; align-items: center; gap: 12px; flex: none;
  min-height: 58px; padding: 10px 14px 10px 18px; border-bottom: 1px solid var(--_line);
}
.bar > .icon { color: var(--_muted); }
.bar input, .foot textarea { flex: 1; min-width: 0; padding: 0; outline: 0; }
.bar input { font-size: 17px; text-overflow: ellipsis; }
::placeholder { color: var(--_muted); opacity: 1; }
.body { flex: 1; min-height: 0; overflow: hidden auto; overscroll-behavior: contain; outline: 0; }
.foot {
  display: flex; align-items: center; gap: 8px; flex: none;
  min-height: 46px; padding: 7px 14px 7px 18px; border-top: 1px solid var(--_line);
  color: var(--_muted); font-size: 13px;
}
.keys { gap: 18px; }
.note { margin: 0; padding: 14px 18px 18px; color: var(--_muted); font-size: 14px; }
.note:empty { display: none; }

@media (max-width: 640px), (max-height: 480px) {
  dialog {
    inset: 0 0 auto; top: var(--_top, 0); width: 100%; max-width: none;
    height: var(--_height, 100dvh); max-height: none; margin: 0; border: 0; border-radius: 0;
  }
  .view { height: 100%; max-height: none; }
  .bar { padding-top: max(10px, env(safe-area-inset-top)); }
  .foot { min-height: 57px; padding-bottom: max(9px, env(safe-area-inset-bottom)); }
  kbd, .keys { display: none; }
  kbd + .icon { display: block; }
  .icon-button { width: 40px; height: 40px; }
}
@media (prefers-reduced-motion: no-preference) {
  dialog:not(.still), dialog:not(.still)::backdrop { animation: appear .14s ease-out; }
  .panel:not(.still) { --_from: 24px; }
  @keyframes appear { from { opacity: 0; translate: var(--_from, 0); } }
}
`;

/** One set for all boxes of a page. */
export const SHEETS = [BOX_LOOKS, SEARCH_LOOKS, ANSWER_LOOKS];
