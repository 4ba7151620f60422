/** Which addresses may become links: the one place that decides. */

/**
 * The absolute address a link may have, or `null` when it must stay text. Allowed are `http(s)://…` and
 * addresses relative to `base` that stay on its origin (`//elsewhere` and `/\elsewhere` do not).
 *
 * @param {unknown} address
 * @param {string | URL} base
 * @returns {string | null}
 */
export function safeAddress(address, base) {
  if (typeof address !== "string" || address.trim() === "") return null;
  const url = parsed(address, base);
  if (!url || !["http:", "https:"].includes(url.protocol)) return null;
  const absolute = /^\s*https?:\/\//i.test(address);
  return absolute || url.origin === new URL(base).origin ? url.href : null;
}

function parsed(address, base) {
  try {
    return new URL(address, base);
  } catch {
    return null;
  }
}
