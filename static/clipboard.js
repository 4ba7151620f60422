/** Copying, with a word of success on the button that was pressed. */

const CONFIRMATION_MS = 1600; // a guess: long enough to be read

/**
 * @param {string} text
 * @param {HTMLElement} button
 * @param {Node} shown what is selected instead where pages may not write to the clipboard (plain http)
 */
export async function copyText(text, button, shown) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    button.ownerDocument.getSelection()?.selectAllChildren(shown);
    return;
  }
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = label), CONFIRMATION_MS);
}
