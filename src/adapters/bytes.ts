/** Collects the chunks of a body, up to a limit. */
export class LimitedBytes {
  readonly #limit: number
  readonly #chunks: Uint8Array[] = []
  #length = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Adds a chunk. False if the body is now longer than the limit: no more is kept of it. */
  add(chunk: Uint8Array): boolean {
    this.#length += chunk.length
    if (this.#length <= this.#limit) this.#chunks.push(chunk)
    else this.#chunks.length = 0
    return this.#length <= this.#limit
  }

  /** The whole body. Undefined if it is longer than the limit. */
  whole(): Uint8Array | undefined {
    if (this.#length > this.#limit) return undefined
    const [first] = this.#chunks
    if (this.#chunks.length === 1) return first
    const bytes = new Uint8Array(this.#length)
    let at = 0
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytes
  }
}

/** Why a body that something has parsed is refused: duplicate keys, `NaN`, long integers and anything but JSON are lost. */
export const ALREADY_READ =
  'the body has been read already, and only its bytes can be validated: validate it before anything parses it, such as `express.json()`'
