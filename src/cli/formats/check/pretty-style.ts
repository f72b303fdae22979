import { type Link, linker } from '../../hyperlink.js'
import { type Paint, painter } from '../../paint.js'

/** How to print for one terminal. */
export interface PrettyStyle {
  readonly paint: Paint
  readonly link: Link
  /** The width of the terminal in columns. */
  readonly width: number
}

/** The width of frames where the width of the terminal is not known. */
const DEFAULT_WIDTH = 120

/** The style for a stream. */
export function styleOf(stream: NodeJS.WriteStream): PrettyStyle {
  const given = Number(process.env['COLUMNS'])
  const width = stream.columns || (Number.isInteger(given) && given > 0 ? given : DEFAULT_WIDTH)
  return { paint: painter(stream), link: linker(stream), width }
}
