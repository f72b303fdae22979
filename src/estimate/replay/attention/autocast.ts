import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import type { AttentionSizes } from './kernel.js'

/** Runs a kernel on queries, keys and values after autocast. */
export function castForAutocast(
  layers: Layers,
  [query, key, value]: readonly [Tensor, Tensor, Tensor],
  { dtype }: AttentionSizes,
  compute: (query: Tensor, key: Tensor, value: Tensor) => Tensor,
): Tensor {
  const cast = [
    layers.castForAutocast(query, dtype),
    layers.castForAutocast(key, dtype),
    layers.castForAutocast(value, dtype),
  ] as const
  const output = compute(...cast)
  layers.ops.tape.free(...cast)
  return output
}
