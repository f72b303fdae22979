import { promptOf } from '../adapters/virtual-tokens.js'
import { SharedKeys } from '../attention/shared-keys.js'
import type { DecoderPass } from '../decoder-pass.js'
import { layersOf } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/** Where layers keep keys and values for others. */
export function sharedKeysOf({ layers, options, forward }: DecoderPass): SharedKeys | undefined {
  const { keySharing } = forward.attention
  if (!keySharing || (keySharing.in === 'cache' && !options.cache)) return undefined
  // Layers that take keys and values get them without gradients then, and what the others keep outlives their second run.
  if (options.reentrant && options.recompute !== 'none')
    throw new UndescribedBlock(
      'no model for reentrant checkpointing in a model whose layers keep keys and values for others: pass `reentrant: false`',
    )
  return new SharedKeys(layers.ops.tape)
}

/** Keys and values of virtual tokens for each layer, by its index, which the cache copies out of one tensor (`update` in transformers' cache_utils.py). */
export function prefixesOf(
  { layers, options, base }: DecoderPass,
  dtype: Tensor['dtype'],
): Map<number, readonly [Tensor, Tensor]> | undefined {
  const { virtualTokens, batch, sharding } = options
  if (virtualTokens?.kind !== 'prefixes') return undefined
  const { ops } = layers
  const all = promptOf(layers, virtualTokens.weights, { batch, dtype, kind: 'prefixes', sharding })
  const owners = layersOf(base)
  const count = 2 * owners.length
  const parts = ops.split(
    all,
    Array.from({ length: count }, () => all.elements / count),
  )
  ops.tape.free(all)
  const ofLayers = new Map<number, readonly [Tensor, Tensor]>()
  for (const [place, { index }] of owners.entries()) {
    const [keys, values] = parts.slice(2 * place)
    if (!keys || !values) continue
    ofLayers.set(index, [ops.cat([keys]), ops.cat([values])])
  }
  ops.tape.free(...parts)
  return ofLayers
}
