import type { ImageSize } from './sense.js'

/** The side of the whole, of a piece, and the longest side that is looked at, in pixels (`Step3p7ImageProcessor` of transformers 5.24). */
const WHOLE = 728
const PIECE = 504
const LONGEST = 3024

/** The pieces that Step 3.7 cuts an image into, in windows that depend on its shape (`_plan_patches`). No pieces: no columns and no rows. */
export function piecesOfImage(image: ImageSize): { readonly columns: number; readonly rows: number } {
  const { width, height } = withinLongest(squared(image))
  const [short, long] = [Math.min(width, height), Math.max(width, height)]
  const isLong = (times: number): boolean => long / short > times
  const window = long <= WHOLE ? (isLong(1.5) ? short : 0) : isLong(4) ? Math.min(short, PIECE) : PIECE
  if (window === 0) return { columns: 0, rows: 0 }
  const pieces = (side: number): number => {
    const more = side % window > 0.2 * window ? 1 : 0
    return side < window ? 1 : Math.max(1, Math.floor(side / window) + more)
  }
  return { columns: pieces(width), rows: pieces(height) }
}

/** A narrow image becomes a square. */
function squared({ width, height }: ImageSize): ImageSize {
  const longest = Math.max(width, height)
  const shortest = Math.min(width, height)
  return shortest < 32 && longest / shortest > 4 ? { width: longest, height: longest } : { width, height }
}

function withinLongest({ width, height }: ImageSize): ImageSize {
  const longest = Math.max(width, height)
  if (longest <= LONGEST) return { width, height }
  const scale = LONGEST / longest
  return { width: Math.trunc(width * scale), height: Math.trunc(height * scale) }
}
