import type { ImageSize } from './sense.js'

/** The image that an estimate assumes where a family takes any and no size is given. */
export const USUAL_IMAGE: ImageSize = { width: 1024, height: 1024 }

/**
 * The sides of an image that a processor has rounded to a multiple of a step, and brought within its limits (`smart_resize`). A side of less than half a
 * step is 0 first, so that the image is enlarged.
 */
export function rounded(
  { width, height }: ImageSize,
  { step, least, most }: { readonly step: number; readonly least: number; readonly most: number },
): ImageSize {
  const side = (pixels: number): number => halfEven(pixels / step) * step
  const whole = { width: side(width), height: side(height) }
  const area = whole.width * whole.height
  if (area > most) {
    const factor = Math.sqrt((width * height) / most)
    const shrunk = (pixels: number) => Math.max(step, Math.floor(pixels / factor / step) * step)
    return { width: shrunk(width), height: shrunk(height) }
  }
  if (area >= least) return whole
  const factor = Math.sqrt(least / (width * height))
  const grown = (pixels: number) => Math.ceil((pixels * factor) / step) * step
  return { width: grown(width), height: grown(height) }
}

/** Python's `round`: a half goes to the even neighbour. */
function halfEven(value: number): number {
  const below = Math.floor(value)
  if (value - below !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}

/** The size of an image in words. */
export function sizeInWords({ width, height }: ImageSize): string {
  return `images of ${width.toLocaleString('en-US')} × ${height.toLocaleString('en-US')} pixels`
}

/** The mean number of patches in the window of a patch, of windows of so many patches a side in a grid. */
export function patchesInWindow(rows: number, columns: number, side: number): number {
  const lengths = (size: number): number[] =>
    Array.from({ length: Math.ceil(size / side) }, (_, index) => Math.min(side, size - index * side))
  const squares = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size * size, 0)
  return (squares(lengths(rows)) * squares(lengths(columns))) / (rows * columns)
}
