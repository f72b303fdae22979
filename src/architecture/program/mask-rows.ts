/** The elements that the rows of a mask are a multiple of in CUDA's kernel (`preprocess_mask` in torch's attention.cpp). */
const STEP = 8

/**
 * What to say of a mask between patches whose rows the kernel gets in a wider copy, which recordings on a CPU do not have.
 *
 * @param columns - the patches that each sees
 * @param of - what the mask is for: `each tile of an image`
 */
export function aboutMaskRows(columns: number, of: string): string[] {
  if (columns % STEP === 0) return []
  const megabytes = (2 * columns * Math.ceil(columns / STEP) * STEP) / 1e6
  return [
    `each layer of the encoder gets a copy of its mask with wider rows from torch, because ${columns.toLocaleString('en-US')} patches are no multiple of ${STEP}: ${megabytes.toLocaleString('en-US', { maximumFractionDigits: 1 })} MB for ${of} in 16 bits. It is not counted; without recomputation, layers that are trained keep it until backward`,
  ]
}
