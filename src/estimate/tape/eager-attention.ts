import type { AttentionSizes } from './attention.js'
import { DTYPE_BYTES } from './dtype.js'
import type { Layers } from './layers.js'
import { outputOf, repeat } from './repeat.js'
import type { Tensor } from './tape.js'

/** Attention by its definition: scores, softmax in float32, weights in the type of the queries. */
export function eager(layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes): Tensor {
  const { ops } = layers
  const { tape } = ops
  const groups = sizes.heads / sizes.kvHeads
  const wideKey = repeat(layers, key, groups)
  const wideValue = repeat(layers, value, groups)
  const elements = sizes.batch * sizes.heads * sizes.sequence * sizes.sequence
  // A product over several sequences wants each head's rows together: others are copied.
  const isSpread = sizes.batch > 1 && !sizes.exchanged
  const isApart = sizes.batch > 1 && groups === 1 && sizes.valuesApart
  const product = matmul(layers, [query, isSpread], [wideKey, isApart && isSpread], elements, sizes)
  let scores = ops.scale(product)
  tape.free(product)
  if (sizes.softCap) {
    const divided = ops.scale(scores)
    tape.free(scores)
    const bent = ops.elementwise(divided, 'tanh', 'output')
    tape.free(divided)
    scores = ops.scale(bent)
    tape.free(bent)
  }
  if (sizes.mask) {
    const masked = ops.add(scores, sizes.mask)
    tape.free(scores)
    scores = masked
  }
  // CUDA turns float16, and only that, to float32 within the kernel.
  const wide = scores.dtype === 'float16' ? tape.alias(scores) : ops.to(scores, 'float32')
  const soft = softmax(layers, wide)
  tape.free(wide)
  const weights = ops.to(soft, query.dtype)
  tape.free(soft, scores)
  const output = matmul(layers, [weights, false], [wideValue, isApart], outputOf(query, key, value), sizes)
  sizes.keepWeights(weights)
  tape.free(wideKey, wideValue)
  return output
}

/** Softmax in float32 keeps its output; its backward multiplies gradient and output first (CUDA), which takes as much again. */
export function softmax({ ops }: Layers, input: Tensor): Tensor {
  const { tape } = ops
  return tape.record(
    [input],
    { after: (output) => [output.storage] },
    () => tape.tensor(input.elements, 'float32', '_softmax'),
    () => {
      const made = tape.ledger.allocate(input.elements * DTYPE_BYTES[input.dtype])
      tape.ledger.observe('_softmax_backward_data', input.elements * 4)
      return [made]
    },
  )
}

/** A factor of a batched product, and whether it is copied for it. */
type Factor = readonly [tensor: Tensor, isCopied: boolean]

/** A batched product of two tensors, each saved for the other, in the type that autocast gives them. */
function matmul(layers: Layers, left: Factor, right: Factor, elements: number, { dtype }: AttentionSizes): Tensor {
  const { ops } = layers
  const { tape } = ops
  // What autocast made lives as long as the operation, beside a copy of it.
  const casts = [left, right].map(([tensor]) => layers.halved(tensor, dtype))
  const taken = [left, right].map(([tensor, isCopied], index) => {
    const cast = casts[index] ?? tensor
    return isCopied ? ops.contiguous(cast) : tape.alias(cast)
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
