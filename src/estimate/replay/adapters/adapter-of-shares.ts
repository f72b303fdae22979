import type { Products } from '../products.js'
import type { SequenceShares } from '../sequence-shares.js'
import type { Tensor } from '../tape.js'
import type { Adapter } from './adapter.js'

/** An adapter of a linear layer whose ranks have shares of sequences. */
interface Adapted {
  readonly adapter: Adapter
  /** What the layer reads: all tokens. */
  readonly input: Tensor
  /** What it computes of that. */
  readonly base: Tensor
  readonly outFeatures: number
  readonly shares: SequenceShares
}

/**
 * The output of a layer whose outputs are divided, with that of its adapter: `x + B(A(x) * scaling)`, where the output of A is divided too, and
 * gathered (`LinearLoRA` and `ColwiseParallelLora` of NeMo Automodel 0.7.0). Frees the base.
 */
export function adaptedColumns(layers: Products, { adapter, input, base, outFeatures, shares }: Adapted): Tensor {
  const { ops } = layers
  const { tape } = ops
  const { a, b, rank } = adapter
  const part = layers.product(input, a, Math.ceil(rank / shares.ranks), false)
  const tokens = base.elements / outFeatures
  const { dtype } = part
  const low = tape.record(
    [part],
    {},
    () => {
      const parts = tape.tensor(part.elements * shares.ranks, dtype, 'all_gather')
      const joined = tape.tensor(tokens * rank, dtype, 'cat')
      tape.free(parts)
      return joined
    },
    () => {
      const parts = ops.gradient(part.elements * shares.ranks, dtype, 'cat')
      const own = ops.gradient(part.elements, dtype, 'reduce_scatter')
      tape.ledger.release(parts)
      return [own]
    },
  )
  tape.free(part)
  const scaled = ops.scale(low)
  tape.free(low)
  const high = layers.product(scaled, b, outFeatures, false)
  tape.free(scaled)
  return summed(layers, base, high)
}

/**
 * The same for a layer whose inputs are divided (`RowwiseParallelLora`): both terms are parts of a sum over ranks, which is scattered later. `DTensor`
 * gathers B for its product, whose gradient is that of the whole B, and the gradient of A's output for both products with it.
 */
export function adaptedRows(layers: Products, { adapter, input, base, outFeatures, shares }: Adapted): Tensor {
  const { ops } = layers
  const { tape } = ops
  const { a, b, rank } = adapter
  const { dtype } = a
  const { ledger } = tape
  const tokens = base.elements / outFeatures
  const part = tokens * Math.ceil(rank / shares.ranks)
  const whole = part * shares.ranks
  const low = tape.record(
    [input, a],
    { before: [input, ...(input.grad ? [a] : [])] },
    () => tape.tensor(tokens * rank, dtype, 'mm'),
    () => {
      const turned = ops.gradient(part, dtype, 'clone')
      const gathered = ops.gradient(whole, dtype, 'all_gather')
      ledger.release(turned)
      const forWeight = ops.gradient(a.elements, dtype, 'mm')
      ledger.release(gathered)
      if (!input.grad) return [undefined, forWeight]
      const parts = ops.gradient(whole, dtype, 'all_gather')
      const joined = ops.gradient(tokens * rank, dtype, 'cat')
      ledger.release(parts)
      const forInput = ops.gradient(input.elements, input.dtype, 'mm')
      ledger.release(joined)
      return [forInput, forWeight]
    },
  )
  const scaled = tape.record(
    [low],
    {},
    () => tape.tensor(low.elements, dtype, 'mul'),
    () => [ops.gradient(part, dtype, 'mul')],
  )
  tape.free(low)
  const high = tape.record(
    [scaled, b],
    { before: [scaled, b] },
    () => {
      const turned = tape.tensor(b.elements, dtype, 'clone')
      const gathered = tape.tensor(b.elements * shares.ranks, dtype, 'all_gather')
      tape.free(turned)
      const made = tape.tensor(tokens * outFeatures, dtype, 'mm')
      tape.free(gathered)
      return made
    },
    () => {
      const forWeight = ops.gradient(b.elements * shares.ranks, dtype, 'mm')
      return [ops.gradient(part, dtype, 'mm'), forWeight]
    },
  )
  tape.free(scaled)
  return summed(layers, base, high)
}

/** The sum of both. Frees them. */
function summed({ ops }: Products, base: Tensor, high: Tensor): Tensor {
  const sum = ops.add(base, high)
  ops.tape.free(base, high)
  return sum
}
