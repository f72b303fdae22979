import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/** The largest scores of each token. Saves their indices, to scatter the gradients back. */
export function largest({ ops, tokens }: Layers, scores: Tensor, chosen: number): { values: Tensor; indices: Tensor } {
  const { tape } = ops
  const indices = tape.tensor(tokens * chosen, 'int64', 'topk')
  const values = tape.record(
    [scores],
    { before: [indices] },
    () => tape.tensor(indices.elements, scores.dtype, 'topk'),
    () => [ops.gradient(scores.elements, scores.dtype, 'scatter')],
  )
  return { values, indices }
}

/** The largest scores at their own indices, and zeros elsewhere. */
export function scattered(layers: Layers, scores: Tensor, chosen: number): Tensor {
  const { ops } = layers
  const { tape } = ops
  const { values, indices } = largest(layers, scores, chosen)
  const output = tape.record(
    [values],
    { before: [indices] },
    () => tape.tensor(scores.elements, scores.dtype, 'full_like'),
    () => [ops.gradient(values.elements, values.dtype, 'gather')],
  )
  tape.free(values, indices)
  return output
}

/** Shares of the chosen experts at their indices, in zeros as large as the logits. The caller keeps all three. */
export function writtenIntoZeros({ ops }: Layers, shares: Tensor, indices: Tensor, logits: Tensor): Tensor {
  const { tape } = ops
  const zeros = tape.tensor(logits.elements, logits.dtype, 'zeros_like')
  const output = tape.record(
    [shares],
    { before: [indices] },
    () => ({ ...tape.alias(zeros) }),
    () => [ops.gradient(shares.elements, shares.dtype, 'gather')],
  )
  tape.free(zeros)
  return output
}

/** The scores at given indices. Their gradients are scattered back. */
export function gathered({ ops }: Layers, scores: Tensor, indices: Tensor): Tensor {
  const { tape } = ops
  return tape.record(
    [scores],
    { before: [scores, indices] },
    () => tape.tensor(indices.elements, scores.dtype, 'gather'),
    () => [ops.gradient(scores.elements, scores.dtype, 'scatter_add')],
  )
}

/** Divides scores by their sum, in place. Saves a copy of the scores, and the sum. */
export function dividedInPlace({ ops, tokens }: Layers, scores: Tensor): Tensor {
  const { tape } = ops
  const sum = tape.tensor(tokens, scores.dtype, 'sum')
  const copy = tape.tensor(scores.elements, scores.dtype, 'clone')
  const divided = tape.record(
    [scores],
    { before: [copy, sum] },
    () => ({ ...tape.alias(scores) }),
    () => [ops.gradient(scores.elements, scores.dtype, 'div')],
  )
  tape.free(sum, copy)
  return divided
}

/** A quotient in a new tensor. Saves both operands. */
export function divided({ ops }: Layers, scores: Tensor, by: Tensor): Tensor {
  const { elements, dtype } = scores
  return ops.tape.record(
    [scores, by],
    { before: [scores, by] },
    () => ops.tape.tensor(elements, dtype, 'div'),
    () => [ops.gradient(elements, dtype, 'div'), ops.gradient(by.elements, dtype, 'sum')],
  )
}

/** Scores of the experts in the best groups, zeros for the others. Saves the mask. */
export function maskedIn({ ops }: Layers, scores: Tensor): Tensor {
  const { tape } = ops
  const mask = tape.tensor(scores.elements, 'bool', 'bitwise_not')
  const output = tape.record(
    [scores],
    { before: [mask] },
    () => tape.tensor(scores.elements, scores.dtype, 'masked_fill'),
    () => [ops.gradient(scores.elements, scores.dtype, 'masked_fill')],
  )
  tape.free(mask)
  return output
}
