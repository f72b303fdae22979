import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import type { AttentionSizes } from './kernel.js'
import { matmul } from './matmul.js'
import { outputOf } from './repeat.js'
import { softmax } from './softmax.js'

/**
 * Falcon's eager attention with ALiBi (`FalconAttention.forward` of transformers 4.57.6): the bias is added to a float32 copy of the scores, the sum is
 * scaled in place, and the mask, which has the bias once more, is added in the expression of the softmax. That is in the dtype of the layer's
 * input. Product, copy and sum keep their names until attention returns.
 */
export function biasedScores(layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes): Tensor {
  const { ops } = layers
  const { tape } = ops
  const groups = sizes.heads / sizes.kvHeads
  const isCopied = groups > 1 && sizes.batch > 1
  const isSpread = sizes.batch > 1 && !sizes.exchanged
  const isApart = sizes.batch > 1 && groups === 1 && sizes.valuesApart
  const elements = sizes.batch * sizes.heads * sizes.sequence * (sizes.keys ?? sizes.sequence)
  const product = matmul(layers, [query, isSpread], [key, isCopied || (isApart && isSpread), groups], elements, sizes)
  const scores = ops.to(product, 'float32')
  const biased = ops.shift(scores)
  const logits = ops.scaleInPlace(biased)
  const masked = sizes.mask ? ops.add(logits, sizes.mask) : tape.alias(logits)
  const given = ops.to(masked, layers.autocast ? 'float32' : query.dtype)
  const whole = softmax(layers, given, given.dtype)
  tape.free(masked, given, biased)
  const weights = sizes.drops ? ops.dropout(whole) : tape.alias(whole)
  tape.free(whole)
  const output = matmul(
    layers,
    [weights, false],
    [value, isCopied || isApart, groups],
    outputOf(query, key, value),
    sizes,
  )
  sizes.keepWeights(weights)
  const ordered = ops.contiguous(output)
  tape.free(output)
  sizes.hold?.(product, scores, logits)
  return ordered
}
