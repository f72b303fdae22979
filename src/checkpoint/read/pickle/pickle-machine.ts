import type { PickleValue } from './pickle-values.js'

/** A pickle that cannot be read, with the place in bytes. */
export class PickleError extends Error {
  override readonly name = 'PickleError'
}

/** The mark that starts a group of values on the stack. */
export const MARK = Symbol('mark')

/** The state of reading: a stack, and values that are used again. */
export class Machine {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #stack: (PickleValue | typeof MARK)[] = []
  readonly #memo = new Map<number, PickleValue>()
  at: number

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = start
  }

  error(message: string): PickleError {
    return new PickleError(`${message} (byte ${this.at})`)
  }

  /** Moves on, and returns where it was. */
  skip(length: number): number {
    const start = this.at
    if (length < 0 || start + length > this.#bytes.length) throw this.error('the pickle ends in the middle')
    this.at += length
    return start
  }

  byte(): number {
    return this.#view.getUint8(this.skip(1))
  }

  uint(size: 1 | 2 | 4 | 8): number {
    const at = this.skip(size)
    if (size === 1) return this.#view.getUint8(at)
    if (size === 2) return this.#view.getUint16(at, true)
    if (size === 4) return this.#view.getUint32(at, true)
    return Number(this.#view.getBigUint64(at, true))
  }

  int32(): number {
    return this.#view.getInt32(this.skip(4), true)
  }

  float(): number {
    return this.#view.getFloat64(this.skip(8))
  }

  /** An integer of any length, little-endian and signed. Longer ones than 64 bits are not needed. */
  long(length: number): number | bigint {
    const start = this.skip(length)
    if (length > 32) return 0
    let value = 0n
    for (let index = length - 1; index >= 0; index--) value = (value << 8n) | BigInt(this.#view.getUint8(start + index))
    const signed = BigInt.asIntN(8 * length, value)
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
  }

  text(length: number): string {
    const start = this.skip(length)
    return TEXT.decode(this.#bytes.subarray(start, start + length))
  }

  /** A text up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at)
    // Without an end, the length is negative, which is refused.
    const text = this.text(end - this.at)
    this.at = end + 1
    return text
  }

  push(value: PickleValue | typeof MARK): void {
    this.#stack.push(value)
  }

  pop(): PickleValue {
    const value = this.#stack.pop()
    if (value === undefined || value === MARK) throw this.error('the pickle takes a value that is not there')
    return value
  }

  top(): PickleValue {
    const value = this.#stack.at(-1)
    if (value === undefined || value === MARK) throw this.error('the pickle takes a value that is not there')
    return value
  }

  /** Takes the values after the last mark, and the mark. */
  group(): PickleValue[] {
    const group: PickleValue[] = []
    for (;;) {
      const value = this.#stack.pop()
      if (value === undefined) throw this.error('the pickle has no mark')
      if (value === MARK) return group.reverse()
      group.push(value)
    }
  }

  take(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse()
  }

  remember(index: number): void {
    this.#memo.set(index, this.top())
  }

  memoize(): void {
    this.remember(this.#memo.size)
  }

  recall(index: number): void {
    const value = this.#memo.get(index)
    if (value === undefined) throw this.error('the pickle uses a value that it does not have')
    this.push(value)
  }
}

const TEXT = new TextDecoder()
