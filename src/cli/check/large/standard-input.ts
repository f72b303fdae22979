import type { Pieces } from '../../../manifest/json-lines/line-batches.js'
import { formatOf } from '../../../manifest/manifest-format.js'
import { inputBytes, inputSome } from '../../input.js'
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
  const begin = inputBytes(takesPieces ? LARGE + 1 : LIMIT)
  if (begin.length <= LARGE || !takesPieces) return { bytes: begin }
  if (!(await areLines(begin, name))) return { bytes: Buffer.concat([begin, inputBytes(LIMIT - begin.length)]) }
  const spool = new Spool()
  keep(spool, begin)
  const buffer = Buffer.allocUnsafeSlow(PIECE)
  for (let count = inputSome(buffer, 0); count > 0; count = inputSome(buffer, 0)) keep(spool, buffer.subarray(0, count))
  return { pieces: () => spool.pieces() }
}

async function areLines(begin: Uint8Array, name: string): Promise<boolean> {
  if (name !== '-') return formatOf(name) === 'jsonl' && !/\.gz$/i.test(name)
  return (await import('../full-check.js')).formatOfContent(begin) === 'jsonl'
}
