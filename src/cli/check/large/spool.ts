/** Keeps what comes in a stream in a temporary file, so that it can be read several times without being in memory. */

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How much is read at once. */
export const PIECE = 256 * 1024

/** A temporary file. Nothing is left of it, also if the process is killed, except on Windows. */
export class Spool {
  readonly #file: number
  #size = 0

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'model-entity-'))
    this.#file = openSync(join(folder, 'spool'), 'wx+', 0o600)
    remove(folder)
  }

  /** In bytes. */
  get size(): number {
    return this.#size
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at, bytes.length - at, this.#size + at)
    this.#size += bytes.length
  }

  /** Reads a stretch into memory. Returns how many bytes there are. */
  read(into: Uint8Array, position: number): number {
    let length = 0
    for (let count = -1; count !== 0 && length < into.length; length += count) {
      count = readSync(this.#file, into, length, into.length - length, position + length)
    }
    return length
  }

  /** The content, in pieces. Each overwrites the one before. */
  *pieces(): Generator<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(PIECE)
    for (let at = 0; at < this.#size; at += PIECE) yield buffer.subarray(0, this.read(buffer, at))
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** Removes an open file at once, or where the system refuses that, at the end. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true })
  } catch {
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  }
}
