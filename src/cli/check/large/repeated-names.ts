/**
 * Finds out which names occur twice among any number of them, without keeping them: their hashes are sorted, in parts that
 * are merged on disk. Two names may have one hash, so that of what is found here nothing is certain but that all other names
 * occur once.
 */

import { Spool } from './spool.js'

/** How many hashes are sorted in memory. */
const MOST = 1 << 20

/** The bytes of a hash. */
const BYTES = 8

/** Collects names. */
export class RepeatedNames {
  readonly #most: number
  readonly #hashes: Float64Array
  readonly #runs: number[] = []
  #count = 0
  #spool: Spool | undefined

  constructor(most = MOST) {
    this.#most = most
    this.#hashes = new Float64Array(most)
  }

  add(name: string): void {
    if (this.#count === this.#most) this.#spill()
    this.#hashes[this.#count] = hashOf(name)
    this.#count += 1
  }

  /** The hashes of all names that may occur twice, and of no others than a few. */
  repeated(): ReadonlySet<number> {
    const found = new Set<number>()
    let before = Number.NaN
    for (const hash of this.#spool === undefined ? this.#sorted() : this.#merged(this.#spool)) {
      if (hash === before) found.add(hash)
      before = hash
    }
    this.#spool?.close()
    return found
  }

  #sorted(): Float64Array {
    return this.#hashes.subarray(0, this.#count).sort()
  }

  #spill(): void {
    this.#spool ??= new Spool()
    const sorted = this.#sorted()
    this.#spool.write(new Uint8Array(sorted.buffer, sorted.byteOffset, sorted.byteLength))
    this.#runs.push(this.#count)
    this.#count = 0
  }

  /** All hashes in order. */
  *#merged(spool: Spool): Generator<number> {
    if (this.#count > 0) this.#spill()
    let start = 0
    const runs = this.#runs.map((count) => {
      const run = new Run(spool, start, count)
      start += count * BYTES
      return run
    })
    let open = runs.filter((run) => run.hash !== undefined)
    while (open.length > 0) {
      let least: Run | undefined
      for (const run of open) if (least === undefined || (run.hash ?? 0) < (least.hash ?? 0)) least = run
      if (least?.hash === undefined) return
      yield least.hash
      least.advance()
      if (least.hash === undefined) open = open.filter((run) => run.hash !== undefined)
    }
  }
}

/** Sorted hashes on disk. */
class Run {
  readonly #spool: Spool
  readonly #end: number
  readonly #part = new Float64Array(PART)
  #position: number
  #at = 0
  #length = 0
  /** The next hash. Undefined at the end. */
  hash: number | undefined

  constructor(spool: Spool, start: number, count: number) {
    this.#spool = spool
    this.#position = start
    this.#end = start + count * BYTES
    this.advance()
  }

  advance(): void {
    if (this.#at === this.#length) {
      const length = Math.min(this.#part.byteLength, this.#end - this.#position)
      this.#spool.read(new Uint8Array(this.#part.buffer, 0, length), this.#position)
      this.#position += length
      this.#length = length / BYTES
      this.#at = 0
    }
    this.hash = this.#at < this.#length ? this.#part[this.#at] : undefined
    this.#at += 1
  }
}

/** How many hashes of a run are read at once. */
const PART = 8192

/** A hash of 53 bits, so that it is an exact number. */
export function hashOf(name: string): number {
  let low = 0x811c9dc5
  let high = 0x9e3779b9
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul((high << 13) | (high >>> 19), 5) + code
    high = Math.imul(high ^ (high >>> 15), 0x85ebca6b)
  }
  low ^= low >>> 15
  low = Math.imul(low, 0xc2b2ae35)
  low ^= low >>> 13
  return (low >>> 0) + (high >>> 11) * 2 ** 32
}
