import type { ComputeDtype } from '../dtype.js'
import type { Operations } from '../operations/operations.js'
import { dequantized } from '../packed/dequantized.js'
import type { Tensor } from '../tape.js'
import type { Weights } from '../weights.js'
import type { Adapter } from './adapter.js'

/** What of the layers of a model DoRA uses. */
interface Layers {
  readonly ops: Operations
  readonly weights: Weights
  readonly autocast: boolean
  readonly half: ComputeDtype
  readonly castEarly: (...parameters: readonly Tensor[]) => void
  readonly lowRank: (adapter: Adapter, input: Tensor, outFeatures: number) => Tensor
  readonly product: (input: Tensor, matrix: Tensor, outFeatures: number) => Tensor
}

/** A layer whose adapter has a magnitude. */
interface DoraLayer {
  readonly adapter: Adapter
  readonly weight: Tensor
  /** The input in the dtype that the adapter computes in. */
  readonly input: Tensor
  /** The product with the weight and the bias. */
  readonly base: Tensor
  readonly outFeatures: number
}

/**
 * The sum of a layer and its DoRA adapter (PEFT 0.21, `DoraLinearLayer.forward`): the whole update is computed, to divide the
 * magnitudes by the norms of its rows, in the dtype of the input. The caller keeps input and base.
 */
export function doraOf(layers: Layers, name: string, { adapter, weight, input, base, outFeatures }: DoraLayer): Tensor {
  const { ops, weights } = layers
  const { tape } = ops
  const { magnitude = adapter.b } = adapter
  const inFeatures = weight.elements / outFeatures
  const held: Tensor[] = []
  layers.castEarly(adapter.a, adapter.b)
  const update = tape.withoutGradients(() =>
    updateOf(layers, adapter, { inFeatures, outFeatures, dtype: input.dtype }, held),
  )
  const unpacked = weight.storedAs ? dequantized(tape, weight) : undefined
  if (unpacked) tape.free(...unpacked.scales)
  const whole = unpacked?.whole ?? tape.alias(weight)
  const wide = ops.to(whole, input.dtype)
  tape.free(whole)
  const norm = normOf(layers, update, outFeatures)
  const share = dividedBy(layers, magnitude, norm)
  const low = layers.lowRank(adapter, input, outFeatures)
  const bias = weights.find(`${name}.bias`)
  // With dropout, the base is computed again on what was not dropped.
  const plain = adapter.hasDropout
    ? layers.product(input, wide, outFeatures)
    : bias
      ? ops.add(base, bias)
      : tape.alias(base)
  const lessOne = ops.shift(share)
  const first = ops.mul(lessOne, plain)
  tape.free(lessOne)
  const scaled = ops.mul(share, low)
  const second = ops.scale(scaled)
  tape.free(scaled)
  const added = ops.add(first, second)
  tape.free(first, second, plain, low, share, norm, wide, update, ...held)
  const output = ops.add(base, added)
  tape.free(added)
  return output
}

/**
 * The update as a matrix: the adapter applied to the unit matrix. Nothing flows back through it, but its graph keeps what the
 * products have saved until the layer returns.
 */
function updateOf(
  layers: Layers,
  { a, b, rank }: Adapter,
  { inFeatures, outFeatures, dtype }: { inFeatures: number; outFeatures: number; dtype: Tensor['dtype'] },
  held: Tensor[],
): Tensor {
  const { ops } = layers
  const { tape } = ops
  const unit = tape.tensor(inFeatures * inFeatures, a.dtype, 'eye')
  const cast = layers.autocast ? ops.to(unit, layers.half) : tape.alias(unit)
  const low = layers.product(cast, a, rank)
  const high = layers.product(low, b, outFeatures)
  tape.free(unit)
  held.push(cast, low)
  const update = ops.to(high, dtype)
  tape.free(high)
  return update
}

/** The norm of each row of the weight with its update. */
function normOf({ ops }: Layers, update: Tensor, outFeatures: number): Tensor {
  const { tape } = ops
  const scaled = tape.tensor(update.elements, update.dtype, 'mul')
  const sum = tape.tensor(update.elements, update.dtype, 'add')
  tape.free(scaled)
  const norm = tape.tensor(outFeatures, update.dtype, 'linalg_vector_norm')
  tape.free(sum)
  return norm
}

/** A magnitude divided by a norm without a gradient. */
function dividedBy({ ops }: Layers, magnitude: Tensor, norm: Tensor): Tensor {
  const { tape } = ops
  return tape.record(
    [magnitude],
    { before: [norm] },
    () => tape.tensor(magnitude.elements, magnitude.dtype, 'div'),
    () => [ops.gradient(magnitude.elements, magnitude.dtype, 'div')],
  )
}
