/** Which addresses may become links: the one place that decides. */

/**
 * The absolute address a link may have, or `null` when it must stay text. Allowed are `http(s)://…` and
 * addresses relative to `base` that stay on its origin (`//elsewhere` and `/\elsewhere` do not).
 *
 * @param {string | null | undefined} address
 * @param {string | URL} base
 * @returns {string | null}
 */
export function safeAddress(address, base) {
  if (!address?.trim() || !URL.canParse(address, base)) return null;
  const { protocol, origin, href } = new URL(address, base);
  const mayLeave = /^\s*https?:\/\//i.test(address);
  return /^https?:/.test(protocol) && (mayLeave || origin === new URL(base).origin) ? href : null;
}

/**
 * Attributes of a link, or of none without a safe address. Within the site it opens in the same tab, where a
 * client-side router may take it; a new tab never has a way back to the page (`noopener` is what browsers do).
 *
 * @param {string | null} href
 */
export function linkTo(href) {
  return { href, target: href && new URL(href).origin !== location.origin && "_blank" };
}
