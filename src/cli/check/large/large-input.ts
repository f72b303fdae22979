/** Opens JSON Lines that are too large to be read as a whole: a file, a compressed file, or standard input. */

import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { Pieces } from '../../../manifest/json-lines/line-batches.js'
import { formatOf } from '../../../manifest/manifest-format.js'
import { STANDARD_INPUT } from '../../read-file.js'
import type { FoundFile } from '../find-files.js'
import { PIECE, Spool } from './spool.js'

/** Files above this size are read in pieces. */
export const LARGE = 8 * 1024 * 1024

/** The most bytes of a stream that are kept in a temporary file. */
export const MOST_KEPT = 4 * 1024 ** 3

/** A stream is longer than what is kept of it. */
export class TooLong extends Error {}

/** A large file of JSON Lines. Undefined for any other file. */
export async function largeFile({ path }: FoundFile, name: string): Promise<Pieces | undefined> {
  if (path === STANDARD_INPUT || formatOf(name) !== 'jsonl') return undefined
  const entry = statSync(path, { throwIfNoEntry: false })
  if (entry?.isFile() !== true) return undefined
  if (!/\.gz$/i.test(name)) return entry.size > LARGE ? piecesOf(path) : undefined
  return entry.size > LARGE_COMPRESSED ? await decompressed(createReadStream(path)) : undefined
}

/** JSON Lines of the same model are compressed to a hundredth. */
const LARGE_COMPRESSED = LARGE / 100

/**
 * Decompresses a stream into a temporary file.
 *
 * @throws TooLong if it is longer than what is kept
 */
export async function decompressed(source: Readable | Uint8Array): Promise<Pieces> {
  const { createGunzip } = await import('node:zlib')
  const { pipeline } = await import('node:stream/promises')
  const spool = new Spool()
  await pipeline(source instanceof Uint8Array ? Readable.from([source]) : source, createGunzip(), async (chunks) => {
    for await (const chunk of chunks) keep(spool, chunk)
  })
  return () => spool.pieces()
}

/** Adds a part of a stream to a temporary file. */
export function keep(spool: Spool, chunk: Uint8Array): void {
  if (spool.size + chunk.length > MOST_KEPT) throw new TooLong()
  spool.write(chunk)
}

/** Reads a file in pieces. Each overwrites the one before. */
function piecesOf(path: string): Pieces {
  return function* () {
    const file = openSync(path, 'r')
    try {
      const buffer = Buffer.allocUnsafeSlow(PIECE)
      for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer))
        yield buffer.subarray(0, count)
    } finally {
      closeSync(file)
    }
  }
}
