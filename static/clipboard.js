/** Copying, with a word of success on the button that was pressed. */

const CONFIRMATION_MS = 1600; // a guess: long enough to be read

/**
 * @param {string} text
 * @param {HTMLElement} button
 * @param {Node} shown what is selected instead where pages may not write to the clipboard (plain http)
 * @param {Pick<import("./box.js").Room, "say" | "announce">} room
 */
export async function copyText(text, button, shown, room) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(shown);
    return;
  }
  const label = (button.dataset.label ??= button.textContent);
  button.textContent = room.say("copied");
  room.announce(button.textContent);
  setTimeout(() => (button.textContent = label), CONFIRMATION_MS);
}

/** Copies a code block whose button was clicked. @param {Element} target @param {import("./box.js").Room} room */
export function copyCode(target, room) {
  const pressed = target.closest("[data-copy]");
  const shown = pressed?.closest("figure").querySelector("code");
  if (shown) copyText(shown.textContent, pressed, shown, room);
}
