import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import type { AttentionSizes } from './kernel.js'
import { repeat } from './repeat.js'

/**
 * A factor of a batched product, and whether the product copies it, or does so if no cast has made a copy of a view. The product itself may
 * broadcast one head to several.
 */
export type Factor = readonly [tensor: Tensor, isCopied: boolean | 'view', heads?: number]

/** A batched product of two tensors in the dtype of autocast. Each is saved for the other's gradient. */
export function matmul(
  layers: Layers,
  left: Factor,
  right: Factor,
  elements: number,
  { dtype }: AttentionSizes,
): Tensor {
  const { ops } = layers
  const { tape } = ops
  // The copy that autocast makes lives as long as the operation, in addition to a contiguous copy of it.
  const casts = [left, right].map(([tensor]) => layers.castForAutocast(tensor, dtype))
  const taken = [left, right].map(([tensor, isCopied, heads = 1], index) => {
    const cast = casts[index] ?? tensor
    const wide = repeat(layers, cast, heads, true)
    const copies = isCopied === 'view' ? heads > 1 || cast.storage === tensor.storage : isCopied
    const factor = copies ? ops.contiguous(wide) : tape.alias(wide)
    tape.free(wide)
    return factor
  })
  const [a = left[0], b = right[0]] = taken
  const output = tape.record(
    [a, b],
    { before: [...(b.grad ? [a] : []), ...(a.grad ? [b] : [])] },
    () => tape.tensor(elements, a.dtype, 'bmm'),
    () => {
      const forRight = b.grad && ops.gradient(b.elements, b.dtype, 'bmm')
      return [a.grad && ops.gradient(a.elements, a.dtype, 'bmm'), forRight]
    },
  )
  tape.free(...casts, ...taken)
  return output
}
