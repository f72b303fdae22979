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

/**
 * The canvas, among those that a config lists as height and width, that shows most of an image and wastes least
 * (`select_best_resolution` of LLaVA-NeXT in transformers).
 */
export function bestCanvas({ width, height }: ImageSize, canvases: readonly ImageSize[]): ImageSize {
  let best: { canvas: ImageSize; shown: number } | undefined
  for (const canvas of canvases) {
    const scale = Math.min(canvas.width / width, canvas.height / height)
    const shown = Math.min(Math.trunc(width * scale) * Math.trunc(height * scale), width * height)
    const area = canvas.width * canvas.height
    const isBetter =
      best === undefined ||
      shown > best.shown ||
      (shown === best.shown && area < best.canvas.width * best.canvas.height)
    if (isBetter) best = { canvas, shown }
  }
  return best?.canvas ?? { width, height }
}

/**
 * The canvas of tiles that shows most of an image, without enlarging it more than necessary and with least padding (`get_best_fit` of Llama 4
 * in transformers, which compares in float32).
 */
export function bestFit(
  { width, height }: ImageSize,
  { side, most }: { readonly side: number; readonly most: number },
): { readonly columns: number; readonly rows: number } {
  const choices: { columns: number; rows: number; scale: number }[] = []
  for (let columns = 1; columns <= most; columns++)
    for (let rows = 1; columns * rows <= most; rows++)
      choices.push({
        columns,
        rows,
        scale: Math.min(Math.fround((columns * side) / width), Math.fround((rows * side) / height)),
      })
  const scales = choices.map(({ scale }) => scale)
  const enlarging = scales.filter((scale) => scale >= 1)
  const chosen = enlarging.length > 0 ? Math.min(...enlarging) : Math.max(...scales)
  const [best = { columns: 1, rows: 1 }] = choices
    .filter(({ scale }) => scale === chosen)
    .sort((a, b) => a.columns * a.rows - b.columns * b.rows)
  return best
}

/** What of a canvas an image covers, without the padding that gives it another shape (`unpad_image` of LLaVA-NeXT). */
export function withoutPadding({ width, height }: ImageSize, canvas: ImageSize): ImageSize {
  const cut = (whole: number, covered: number): number => whole - 2 * Math.floor((whole - covered) / 2)
  const rounded = (value: number): number => Math.trunc(Number(value.toFixed(7)))
  return width / height > canvas.width / canvas.height
    ? { width: canvas.width, height: cut(canvas.height, rounded(height * (canvas.width / width))) }
    : { width: cut(canvas.width, rounded(width * (canvas.height / height))), height: canvas.height }
}
