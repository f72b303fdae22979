/** A part of the translation: its source, how many characters it matches, and whether a quantifier may follow. */
export interface Piece {
  readonly source: string
  readonly least: number
  readonly most: number
  readonly repeats: 'yes' | 'repeated' | 'never'
}

/** A piece that matches one character. */
export function one(source: string): Piece {
  return { source, least: 1, most: 1, repeats: 'yes' }
}

/** A piece that matches a position, such as the start of a line. */
export function place(source: string): Piece {
  return { source, least: 0, most: 0, repeats: 'never' }
}

/** A piece in a group that begins with a mark, such as `(?:`. */
export function wrapped(mark: string, inner: Piece): Piece {
  return { ...inner, source: `${mark}${inner.source})` }
}

/** Alternatives. */
export function eitherOf(pieces: readonly Piece[]): Piece {
  return {
    source: pieces.map(({ source }) => source).join('|'),
    least: Math.min(...pieces.map(({ least }) => least)),
    most: Math.max(...pieces.map(({ most }) => most)),
    repeats: 'yes',
  }
}

/** Pieces one after another. */
export function inSequence(pieces: readonly Piece[]): Piece {
  return {
    source: pieces.map(({ source }) => source).join(''),
    least: pieces.reduce((sum, { least }) => sum + least, 0),
    most: pieces.reduce((sum, { most }) => sum + most, 0),
    repeats: 'yes',
  }
}
