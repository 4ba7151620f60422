/** What the box remembers for this tab's session, per server and site: survives a reload, and nothing longer. */

export class Memory {
  #key;

  /** @param {string} key */
  constructor(key) {
    this.#key = `lectern:${key}`;
  }

  /** @returns {object} empty where nothing is, or where pages may not store anything */
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }

  /** Keeps what is there beside it. @param {object} changes */
  write(changes) {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify({ ...this.read(), ...changes }));
    } catch {
      // Private windows and full stores: the box works, it only forgets.
    }
  }
}
