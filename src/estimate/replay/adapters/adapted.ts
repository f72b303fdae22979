import type { DecoderRun } from '../decoder-run.js'
import type { Tensor } from '../tape.js'

/** A projection plus that of an adapter, two matrices that are part of the model. Frees the projection. */
export function adapted({ layers }: DecoderRun, name: string, input: Tensor, base: Tensor, features: number): Tensor {
  const { ops, weights } = layers
  const rank = weights.find(`${name}.0.weight`)
  if (!rank) return base
  const [low = 1] = weights.shapeOf(rank)
  const narrow = layers.linear(`${name}.0`, input, low)
  const wide = layers.linear(`${name}.1`, narrow, features)
  ops.tape.free(narrow)
  const sum = ops.add(base, wide)
  ops.tape.free(base, wide)
  return sum
}
