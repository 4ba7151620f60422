/**
 * What client.js needs of an `EventSource`, for Node, which has none. It ends with its connection: coming back is the
 * client's. By https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */

export class EventSource extends EventTarget {
  onopen = () => {};
  onerror = () => {};
  #closing = new AbortController();

  /** @param {string | URL} address */
  constructor(address) {
    super();
    this.#read(address);
  }

  close() {
    this.#closing.abort();
  }

  async #read(address) {
    const { signal } = this.#closing;
    try {
      const response = await fetch(address, { headers: { Accept: "text/event-stream" }, signal });
      if (response.status === 200) await this.#listen(response, signal);
      else await response.body?.cancel();
    } catch {
      // A connection that broke is one that ended.
    }
    if (!signal.aborted) this.onerror();
  }

  async #listen(response, signal) {
    this.onopen();
    for await (const event of readEvents(response.body)) {
      if (signal.aborted) return;
      this.dispatchEvent(event);
    }
  }
}

/**
 * @param {AsyncIterable<Uint8Array>} bytes of a stream, cut anywhere
 * @returns {AsyncGenerator<MessageEvent>} its whole events; one that the end cuts off is dropped
 */
export async function* readEvents(bytes) {
  let [type, data, lastEventId] = ["", "", ""];
  for await (const line of readLines(bytes)) {
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (line === "") {
      if (data) yield new MessageEvent(type || "message", { data: data.slice(0, -1), lastEventId });
      [type, data] = ["", ""];
    } else if (name === "event") type = value;
    else if (name === "data") data += `${value}\n`;
    else if (name === "id" && !value.includes("\0")) lastEventId = value;
  }
}

/** Lines end in LF, CR or CRLF, whose halves may come apart: a CR ends its line at once. */
async function* readLines(bytes) {
  const decoder = new TextDecoder(); // takes a byte order mark away
  let [rest, endedInCr] = ["", false];
  for await (const chunk of bytes) {
    let text = decoder.decode(chunk, { stream: true });
    if (text === "") continue;
    const endsInCr = text.endsWith("\r");
    if (endedInCr && text.startsWith("\n")) text = text.slice(1);
    endedInCr = endsInCr;
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop();
    yield* lines;
  }
}
