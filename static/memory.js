/**
 * What the box remembers, per server and site: for this tab's session, which survives a reload and nothing longer, or
 * for good.
 */

export class Memory {
  #key;
  #store;

  /** @param {string} key @param {"sessionStorage" | "localStorage"} [store] */
  constructor(key, store = "sessionStorage") {
    this.#store = store; // only its name: where storage is refused, even looking at it fails
    this.#key = `lectern:${key}`;
  }

  /** @returns {object} empty where nothing is, or where pages may not store anything */
  read() {
    try {
      return JSON.parse(globalThis[this.#store].getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }

  /** Keeps what is there beside it. @param {object} changes */
  write(changes) {
    try {
      globalThis[this.#store].setItem(this.#key, JSON.stringify({ ...this.read(), ...changes }));
    } catch {
      // Private windows and full stores: the box works, it only forgets.
    }
  }
}
