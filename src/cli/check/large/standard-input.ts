import { readSync } from 'node:fs'
import type { Pieces } from '../../../manifest/json-lines/line-batches.js'
import { formatOf } from '../../../manifest/manifest-format.js'
import { LIMIT } from '../../read-file.js'
import { keep, LARGE } from './large-input.js'
import { PIECE, Spool } from './spool.js'

/** Standard input: its bytes, or pieces of JSON Lines that are too large for that. */
export type ReadInput = { readonly bytes: Uint8Array } | { readonly pieces: Pieces }

/**
 * Reads standard input. Of what is neither JSON Lines nor small, no more than makes it too large.
 *
 * @param takesPieces - whether JSON Lines may be read in pieces
 */
export async function readInput(name: string, takesPieces: boolean): Promise<ReadInput> {
  const begin = read(takesPieces ? LARGE + 1 : LIMIT)
  if (begin.length <= LARGE || !takesPieces) return { bytes: begin }
  if (!(await areLines(begin, name))) return { bytes: Buffer.concat([begin, read(LIMIT - begin.length)]) }
  const spool = new Spool()
  keep(spool, begin)
  const buffer = Buffer.allocUnsafeSlow(PIECE)
  for (let count = readSome(buffer, 0); count > 0; count = readSome(buffer, 0)) keep(spool, buffer.subarray(0, count))
  return { pieces: () => spool.pieces() }
}

/** Reads up to so many bytes. */
function read(most: number): Buffer {
  let buffer = Buffer.allocUnsafeSlow(Math.min(most, PIECE))
  let length = 0
  for (;;) {
    const count = readSome(buffer, length)
    length += count
    if (count === 0 || length === most) return buffer.subarray(0, length)
    if (length < buffer.length) continue
    const larger = Buffer.allocUnsafeSlow(Math.min(most, 2 * length))
    buffer.copy(larger)
    buffer = larger
  }
}

/** Reads at once into memory that is there already: the chunks of a stream would each be new. */
function readSome(buffer: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(STANDARD_INPUT, buffer, at, buffer.length - at, null)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      // On Windows, the end of a pipe is an error.
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') throw error
      // Nothing is there yet, and the pipe does not wait.
      Atomics.wait(PAUSE, 0, 0, 5)
    }
  }
}

const STANDARD_INPUT = 0
const PAUSE = new Int32Array(new SharedArrayBuffer(4))

async function areLines(begin: Uint8Array, name: string): Promise<boolean> {
  if (name !== '-') return formatOf(name) === 'jsonl' && !/\.gz$/i.test(name)
  return (await import('../full-check.js')).formatOfContent(begin) === 'jsonl'
}
