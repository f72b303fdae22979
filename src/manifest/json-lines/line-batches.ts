/** Reads a large file in pieces of whole lines, so that only one piece is in memory. */

/** Whole lines of a file. */
export interface LineBatch {
  readonly bytes: Buffer
  /** How many lines come before it. */
  readonly lines: number
}

/** A file that can be read several times, in pieces of any size. A piece is only valid until the next one. */
export type Pieces = () => Iterable<Buffer>

/** The lines of a file in batches of about the size of a piece. A batch is only valid until the next one. */
export function* lineBatches(pieces: Pieces): Generator<LineBatch> {
  let lines = 0
  let begun: Buffer[] = []
  for (const piece of pieces()) {
    const end = piece.lastIndexOf(NEWLINE) + 1
    if (end > 0) {
      const bytes = begun.length === 0 ? piece.subarray(0, end) : Buffer.concat([...begun, piece.subarray(0, end)])
      yield { bytes, lines }
      lines += newlinesIn(bytes)
      begun = []
    }
    if (end < piece.length) begun.push(Buffer.from(piece.subarray(end)))
  }
  if (begun.length > 0) yield { bytes: Buffer.concat(begun), lines }
}

function newlinesIn(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}

const NEWLINE = 0x0a
