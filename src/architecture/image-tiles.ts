import type { ImageSize } from './sense.js'

/**
 * The tiles that an image is cut into: as many columns and rows as come closest to its shape, within limits
 * (`get_optimal_tiled_canvas` of GOT-OCR 2 and InternVL in transformers).
 */
export function tilesByShape(
  { width, height }: ImageSize,
  { side, least, most }: { readonly side: number; readonly least: number; readonly most: number },
): { readonly columns: number; readonly rows: number } {
  const choices: { columns: number; rows: number }[] = []
  for (let columns = 1; columns <= most; columns++)
    for (let rows = 1; columns * rows <= most; rows++) if (columns * rows >= least) choices.push({ columns, rows })
  choices.sort((a, b) => a.columns * a.rows - b.columns * b.rows)
  const shape = width / height
  let best = { columns: 1, rows: 1 }
  let distance = Number.POSITIVE_INFINITY
  for (const choice of choices) {
    const own = Math.abs(shape - choice.columns / choice.rows)
    const isLarger = own === distance && width * height > 0.5 * side * side * choice.columns * choice.rows
    if (own < distance || isLarger) best = choice
    distance = Math.min(distance, own)
  }
  return best
}
