import type { DecoderRun } from '../decoder-run.js'
import type { Tensor } from '../tape.js'
import { repeat } from './repeat.js'

/**
 * Queries, keys and values from Falcon's fused projection if heads share keys (`_split_heads`). Keys and values are selected by
 * index, which copies them. In the new architecture, those of each group are expanded to all its heads. The caller keeps the
 * projection.
 */
export function indexedHeads({ layers, sizes }: DecoderRun, product: Tensor): [Tensor, Tensor, Tensor] {
  const { heads, kvHeads } = sizes
  const { ops } = layers
  const { tape } = ops
  const share = product.elements / (heads + 2 * kvHeads)
  const query = ops.slice(product, share * heads)
  const choose = (): Tensor => {
    const place = tape.tensor(1, 'int64', 'lift_fresh')
    const chosen = ops.index(product, share * kvHeads, place)
    tape.free(place)
    return chosen
  }
  const [key, value] = [choose(), choose()]
  if (kvHeads === 1) return [query, key, value]
  const groups = heads / kvHeads
  const spread: [Tensor, Tensor, Tensor] = [
    ops.contiguous(query),
    repeat(layers, key, groups),
    repeat(layers, value, groups),
  ]
  tape.free(query, key, value)
  return spread
}
