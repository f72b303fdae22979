import type { ComputeDtype } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Operations } from '../operations/operations.js'
import type { Tensor } from '../tape.js'
import type { AttentionSizes } from './kernel.js'
import { softmax } from './softmax.js'

/** The weights of attention, and what the code holds until it returns. */
interface Weights {
  readonly whole: Tensor
  readonly held: readonly Tensor[]
  /** What has the name of the weights until dropout has returned. */
  readonly named: readonly Tensor[]
}

/** The weights of scores next to a sink for each head. Frees the scores. */
export function weightsWithSinks(layers: Layers, scores: Tensor, sizes: AttentionSizes, dtype: ComputeDtype): Weights {
  return sizes.eager.sinks === 'inOne' ? inOne(layers, scores, sizes, dtype) : shifted(layers, scores, sizes)
}

/** The largest score is subtracted first. gpt-oss holds what it subtracted from until it returns, MiMo rebinds one name. */
function shifted({ ops }: Layers, scores: Tensor, sizes: AttentionSizes): Weights {
  const { tape } = ops
  const isRebound = sizes.eager.sinks === 'shifted'
  const combined = sizes.sinks ? besideSinks(ops, scores, sizes.sinks, sizes) : tape.alias(scores)
  if (isRebound) tape.free(scores)
  const rows = sizes.batch * sizes.heads * sizes.sequence
  const places = tape.tensor(rows, 'int64', 'max')
  const largest = tape.record(
    [combined],
    { before: [places] },
    () => tape.tensor(rows, combined.dtype, 'max'),
    () => {
      const zeros = ops.gradient(combined.elements, combined.dtype, 'zeros')
      const made = ops.gradient(combined.elements, combined.dtype, 'scatter')
      tape.ledger.release(zeros)
      return [made]
    },
  )
  const differences = ops.sub(combined, largest)
  tape.free(places, largest, combined)
  const soft = softmax({ ops }, differences, differences.dtype)
  const whole = ops.slice(soft, scores.elements)
  tape.free(soft, ...(isRebound ? [differences] : []))
  return { whole, held: isRebound ? [] : [differences], named: isRebound ? [] : [scores] }
}

/** A softmax of scores and sinks together, in one expression. */
function inOne({ ops }: Layers, scores: Tensor, sizes: AttentionSizes, dtype: ComputeDtype): Weights {
  const { tape } = ops
  const combined = sizes.sinks ? besideSinks(ops, scores, sizes.sinks, sizes) : tape.alias(scores)
  const soft = softmax({ ops }, combined, combined.dtype)
  tape.free(combined)
  const part = ops.slice(soft, scores.elements)
  const whole = ops.to(part, dtype)
  tape.free(part, soft, scores)
  return { whole, held: [], named: [] }
}

/** Scores with one more column, the sink of their head. The caller keeps the scores. */
function besideSinks(
  ops: Operations,
  scores: Tensor,
  sinks: Tensor,
  { batch, sequence, heads }: AttentionSizes,
): Tensor {
  const { tape } = ops
  const spread = tape.record(
    [sinks],
    {},
    () => ({ ...tape.alias(sinks), elements: batch * heads * sequence }),
    () => [ops.gradient(sinks.elements, sinks.dtype, 'sum')],
  )
  const combined = ops.cat([scores, spread])
  tape.free(spread)
  return combined
}

/**
 * What the output is multiplied by: the sigmoid of the logarithm of the sum of a row's exponentials, less the sink of its head. The code
 * holds both until it returns. Autocast computes the logarithm in float32. The caller keeps the scores.
 */
export function scalingOf(
  layers: Layers,
  given: Tensor,
  sinks: Tensor,
  { batch, sequence, heads }: AttentionSizes,
): readonly [share: Tensor, sum: Tensor] {
  const { ops } = layers
  const { tape } = ops
  const scores = layers.castForAutocast(given, 'float32')
  const sum = tape.record(
    [scores],
    { before: [scores], after: (output) => [output.storage] },
    () => tape.tensor(batch * heads * sequence, scores.dtype, 'logsumexp'),
    () => {
      const difference = ops.gradient(scores.elements, scores.dtype, 'sub')
      const power = ops.gradient(scores.elements, scores.dtype, 'exp')
      tape.ledger.release(difference)
      const made = ops.gradient(scores.elements, scores.dtype, 'mul')
      tape.ledger.release(power)
      return [made]
    },
  )
  tape.free(scores)
  const difference = ops.sub(sum, sinks)
  const wide = ops.to(difference, 'float32')
  tape.free(difference)
  const share = ops.elementwise(wide, 'sigmoid', 'output')
  tape.free(wide)
  return [share, sum]
}

/** The output times the share of its row. The caller keeps both. */
export function scaledBySinks({ ops }: Layers, output: Tensor, [share]: readonly [Tensor, Tensor]): Tensor {
  const narrow = ops.to(share, output.dtype)
  const scaled = ops.mul(output, narrow)
  ops.tape.free(narrow)
  return scaled
}
