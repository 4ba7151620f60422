/** What the box says: the texts of `strings/<language>.js`, and what the page says instead. */

/**
 * @param {import("./widget.js").LecternSearch} host what its page says instead comes first
 * @param {Record<string, string | Record<string, string>>} texts those of `strings/<language>.js`
 * @returns {(key: string, values?: {n?: number} & Record<string, string>) => string}
 */
export function speaker(host, texts) {
  const own = JSON.parse(host.setting("strings") || "{}");
  const strings = { ...texts, ...own, ...host.strings };
  const language = host.setting("language").replace("_", "-") || host.language;
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const said = strings[key] ?? "";
    const text = typeof said === "string" ? said : (said[plural.select(values.n)] ?? said.other);
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name].toLocaleString(language));
  };
}
