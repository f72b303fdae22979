import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { biasedScores } from './biased-scores.js'
import type { AttentionSizes, Kernel } from './kernel.js'
import { matmul } from './matmul.js'
import { outputOf, repeat } from './repeat.js'
import { scaledBySinks, scalingOf, weightsWithSinks } from './sinks.js'
import { softmax } from './softmax.js'

/** Attention in separate operations: scores, softmax, weights, and their product with the values. */
export const eager: Kernel = {
  fallback: () => undefined,
  attend: (layers, query, key, value, sizes) =>
    (sizes.eager.biased ? biasedScores : writtenOut)(layers, query, key, value, sizes),
  isInOrder: () => true,
}

/** The scores of a product that the caller keeps. */
const SCALES: Readonly<Record<AttentionSizes['eager']['scale'], (layers: Layers, product: Tensor) => Tensor>> = {
  copied: ({ ops }, product) => ops.scale(product),
  inPlace: ({ ops }, product) => ops.scaleInPlace(product),
  none: ({ ops }, product) => ops.tape.alias(product),
  queries: ({ ops }, product) => ops.tape.alias(product),
}

function writtenOut(layers: Layers, query: Tensor, key: Tensor, value: Tensor, sizes: AttentionSizes): Tensor {
  const { ops } = layers
  const { tape } = ops
  if (sizes.eager.undescribed !== '') throw new UndescribedBlock(sizes.eager.undescribed)
  // Autocast computes a softmax in float32 if the code does not name a dtype.
  const style =
    layers.autocast && sizes.eager.softmax === 'scores' ? { ...sizes.eager, softmax: 'float32' } : sizes.eager
  const groups = sizes.heads / sizes.kvHeads
  // A single head is expanded as a view, which a product over several sequences copies.
  const isView = sizes.kvHeads === 1
  const isCopied = isView && groups > 1 && sizes.batch > 1
  const broadcast = sizes.broadcasts ? groups : 1
  const wideKey = repeat(layers, key, groups / broadcast, isView)
  const wideValue = repeat(layers, value, groups / broadcast, isView)
  const elements = sizes.batch * sizes.heads * sizes.sequence * (sizes.keys ?? sizes.sequence)
  // A product over several sequences needs contiguous rows for each head; other layouts are copied.
  const isSpread = sizes.batch > 1 && !sizes.exchanged
  const isApart = sizes.batch > 1 && groups === 1 && sizes.valuesApart
  const widened = (tensor: Tensor): Tensor => (style.float32Inputs ? ops.to(tensor, 'float32') : tape.alias(tensor))
  const isOfQueries = style.scale === 'queries'
  const asked = isOfQueries ? ops.scale(query) : tape.alias(query)
  const [factor, otherFactor] = [widened(asked), widened(wideKey)]
  tape.free(asked)
  const ofScores = style.scoresWithoutAutocast ? { ...sizes, dtype: 'float32' as const } : sizes
  const product = matmul(
    layers,
    [factor, isSpread],
    [otherFactor, isCopied ? 'view' : isApart && isSpread, broadcast],
    elements,
    ofScores,
  )
  // In one expression, the casts are gone once the product is made.
  if (style.scoresWithoutAutocast) tape.free(factor, otherFactor)
  else if (isOfQueries) tape.free(factor)
  const inputs = style.scoresWithoutAutocast ? [] : [...(isOfQueries ? [] : [factor]), otherFactor]
  const kept: Tensor[] = []
  let scores = SCALES[style.scale](layers, product)
  tape.free(product)
  if (sizes.cappedScores) {
    const divided = ops.scale(scores)
    tape.free(scores)
    const bent = ops.elementwise(divided, 'tanh', 'output')
    tape.free(divided)
    scores = ops.scale(bent)
    tape.free(bent)
  }
  if (style.layerMask === true) {
    const chosen = ops.elementwise(scores, 'where', 'nothing')
    tape.free(scores)
    scores = chosen
  }
  if (sizes.mask) {
    const masked = style.masksInPlace ? ops.addInPlace(scores, sizes.mask) : ops.add(scores, sizes.mask)
    if (style.keepsScores) kept.push(scores)
    else tape.free(scores)
    scores = masked
  }
  if (style.layerMask === 'last') {
    const chosen = ops.masked(scores, sizes.chosen)
    tape.free(scores)
    scores = chosen
  }
  const scaling = style.sinks === 'scaling' && sizes.sinks ? scalingOf(layers, scores, sizes.sinks, sizes) : undefined
  if (!scaling && (sizes.sinks || style.sinks === 'shifted')) {
    const { whole, held, named } = weightsWithSinks(layers, scores, sizes, value.dtype)
    const weights = sizes.drops ? ops.dropout(whole) : tape.alias(whole)
    tape.free(...named)
    const output = matmul(
      layers,
      [weights, false],
      [wideValue, isCopied ? 'view' : isApart, broadcast],
      outputOf(query, key, value),
      sizes,
    )
    sizes.keepWeights(weights)
    const ordered = ops.contiguous(output)
    tape.free(output, wideKey, wideValue, ...inputs, whole, ...held)
    return ordered
  }
  // CUDA converts float16 (and only float16) to float32 inside the kernel.
  const isInside = scores.dtype === 'float16' && style.softmax !== 'castFirst'
  const wide = isInside || style.softmax === 'scores' ? tape.alias(scores) : ops.to(scores, 'float32')
  const soft = softmax(layers, wide, style.softmax === 'float32' ? 'float32' : wide.dtype)
  tape.free(wide)
  // Llama casts in the expression of softmax, while the scores still have their name. Other families have already rebound it.
  const isOneExpression = style.weights === 'query' && !style.keepsMasked
  if (!isOneExpression && !style.keepsMasked) tape.free(scores)
  const whole = style.weights === 'none' ? tape.alias(soft) : ops.to(soft, isOneExpression ? query.dtype : value.dtype)
  const weights = sizes.drops ? ops.dropout(whole) : tape.alias(whole)
  tape.free(whole, soft, ...kept, ...(isOneExpression ? [scores] : []))
  const output = matmul(
    layers,
    [weights, false],
    [wideValue, isCopied ? 'view' : isApart, broadcast],
    outputOf(query, key, value),
    sizes,
  )
  sizes.keepWeights(weights)
  const scaled = scaling ? scaledBySinks(layers, output, scaling) : tape.alias(output)
  tape.free(output)
  // The code copies it into the order of the tokens while it still has its variables.
  const ordered = sizes.staysApart ? tape.alias(scaled) : ops.contiguous(scaled)
  if (style.keepsMasked === 'likeWeights') sizes.keepWeights(scores)
  else if (style.keepsMasked) (sizes.hold ?? tape.free.bind(tape))(scores)
  tape.free(scaled, wideKey, wideValue, ...inputs, ...(scaling ?? []))
  return ordered
}
