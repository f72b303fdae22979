/** A line without its line end, or one that is longer than the limit: its bytes are dropped, so that memory is bounded. */
export type Line = Uint8Array | 'too long'

/** Splits a stream of bytes at line feeds. A carriage return in front of one belongs to the line end. */
export class LineSplitter {
  readonly #maxBytes: number
  #parts: Uint8Array[] = []
  #length = 0

  /** @param maxBytes - the longest line that is kept */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that end in this chunk. */
  *push(chunk: Uint8Array): Generator<Line> {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end))
      yield this.#take()
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
  }

  /** The last line, if it has no line end. */
  *end(): Generator<Line> {
    if (this.#length > 0) yield this.#take()
  }

  #keep(part: Uint8Array): void {
    this.#length += part.length
    if (this.#length > this.#maxBytes) this.#parts = []
    else if (part.length > 0) this.#parts.push(part)
  }

  #take(): Line {
    const [only, ...more] = this.#parts
    const line = this.#length > this.#maxBytes ? 'too long' : more.length > 0 ? Buffer.concat(this.#parts) : only
    this.#parts = []
    this.#length = 0
    if (line === undefined) return EMPTY
    return line === 'too long' || line.at(-1) !== CARRIAGE_RETURN ? line : line.subarray(0, -1)
  }
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const EMPTY = new Uint8Array(0)
