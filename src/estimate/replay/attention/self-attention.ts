import type { DecoderRun } from '../decoder.js'
import { norm, unitNorm } from '../norms.js'
import { repeat } from '../repeat.js'
import { child, type Named, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import type { ForwardTraits } from '../traits.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './attention.js'
import { indexedHeads } from './indexed-heads.js'
import { rotate } from './rotation.js'

/** Self-attention of one layer: projections, norms of heads, rotation, the kernel, the way out. The input stays the caller's. */
export function selfAttention(run: DecoderRun, outer: Named, input: Tensor, layer: number): Tensor {
  // GPT-Neo keeps its attention in a module of its own.
  const block = child(outer, 'attention') ?? outer
  const { layers, traits, options, heads, kvHeads, headDim } = run
  const { tape } = layers.ops
  const { batch, sequence, kernel, computeDtype } = options
  // Where rotation is written out in the layer, what it began with keeps a name to the end.
  const held: Tensor[] = []
  const [queryRaw, keyRaw, value] = projections(run, block, input, held)
  if (traits.holdsProjections && !traits.choosesHeads) held.push(tape.alias(queryRaw), tape.alias(keyRaw))
  const [queryTurned, keyTurned] = evened(run, layer, rotate(run, queryRaw, keyRaw, layer, held))
  tape.free(queryRaw, keyRaw)
  const query = normalised(run, block, 'queryNorm', 'rotated', queryTurned)
  const key = normalised(run, block, 'keyNorm', 'rotated', keyTurned)
  const [keys, values] = options.cache ? cached(run, key, value) : [key, value]
  const groups = traits.repeatsKeys ? heads / kvHeads : 1
  const isView = kvHeads === 1
  const [wideKeys, wideValues] = [repeat(layers, keys, groups, isView), repeat(layers, values, groups, isView)]
  tape.free(keys, values)
  // What the kernel takes under autocast are copies: the code has names for what they are made of until it returns.
  held.push(query, wideKeys, wideValues)
  const masked = run.windowTokens !== undefined && sequence >= run.windowTokens && traits.sliding(layer)
  const out = attend(layers, query, wideKeys, wideValues, {
    batch,
    sequence,
    heads,
    kvHeads: wideKeys.elements / (batch * sequence * headDim),
    headDim,
    kernel: traits.softCap || traits.onlyEager ? 'eager' : kernel,
    eager: traits.eager,
    dtype: computeDtype,
    softCap: traits.softCap,
    masked,
    ...(run.mask && { mask: run.mask }),
    ...(run.bias && { bias: run.bias }),
    broadcasts: traits.choosesHeads,
    valuesApart: !options.cache,
    exchanged: traits.partialRotary,
    keepWeights: (weights) => run.attentionWeights.push(weights),
  })
  const inner = child(block, 'attn_sub_norm')
  const normal = inner ? norm(run, inner, out) : tape.alias(out)
  tape.free(out)
  const last = submodule(block, 'output')
  const projected = last ? layers.linear(last.name, normal, outOf(last)) : tape.alias(normal)
  tape.free(normal, ...held)
  return projected
}

function projections(run: DecoderRun, block: Named, input: Tensor, held: Tensor[]): [Tensor, Tensor, Tensor] {
  const { layers, heads, kvHeads, headDim } = run
  const { ops } = layers
  const { tape } = ops
  const fused = submodule(block, 'fused')
  if (fused) {
    const all = layers.linear(fused.name, input, outOf(fused))
    if (run.traits.holdsProjections) held.push(tape.alias(all))
    if (run.traits.choosesHeads && kvHeads < heads) {
      const chosen = indexedHeads(run, all)
      tape.free(all)
      return chosen
    }
    const share = (features: number) => (all.elements * features) / outOf(fused)
    const sizes = [heads * headDim, kvHeads * headDim, kvHeads * headDim].map(share)
    const parts = run.traits.rotary ? sizes.map((size) => ops.slice(all, size)) : ops.split(all, sizes)
    tape.free(all)
    const [query, key, value] = parts
    if (!query || !key || !value) throw new Error('a fused projection has three parts')
    return [
      normalised(run, block, 'queryNorm', 'together', query),
      normalised(run, block, 'keyNorm', 'together', key),
      value,
    ]
  }
  const project = (kind: 'query' | 'key' | 'value', features: number): Tensor => {
    const projection = submodule(block, kind)
    if (!projection) throw new UndescribedBlock(`${block.name} has no projection of its ${kind}`)
    return layers.linear(projection.name, input, features)
  }
  const exchanged = (tensor: Tensor): Tensor => {
    // What turns before its dimensions are exchanged comes back in its own order.
    if (run.traits.pairs === 'complex') return tensor
    const view = ops.exchanged(tensor)
    tape.free(tensor)
    return view
  }
  if (run.traits.clamped) {
    const all = [
      normalised(run, block, 'queryNorm', 'projected', project('query', heads * headDim)),
      normalised(run, block, 'keyNorm', 'projected', project('key', kvHeads * headDim)),
      project('value', kvHeads * headDim),
    ]
    const [query, key, value] = all.map((tensor) => ops.clampInPlace(tensor))
    tape.free(...all)
    if (!query || !key || !value) throw new Error('there are three projections')
    return [exchanged(query), exchanged(key), value]
  }
  const query = exchanged(normalised(run, block, 'queryNorm', 'projected', project('query', heads * headDim)))
  const key = exchanged(normalised(run, block, 'keyNorm', 'projected', project('key', kvHeads * headDim)))
  const value = project('value', kvHeads * headDim)
  return [
    normalised(run, block, 'queryNorm', 'together', query),
    normalised(run, block, 'keyNorm', 'together', key),
    value,
  ]
}

/** Llama 4 normalises what it has rotated, and scales the queries of the other layers. Both are freed. */
function evened(run: DecoderRun, layer: number, [query, key]: readonly [Tensor, Tensor]): readonly [Tensor, Tensor] {
  const { layers, traits, headDim, options } = run
  const { ops } = layers
  const { tape } = ops
  if (traits.rotates(layer)) {
    if (options.sequence >= traits.chunkTokens)
      throw new UndescribedBlock(`attention within chunks of ${traits.chunkTokens} tokens is not described`)
    if (!traits.unitNorms) return [query, key]
    const first = unitNorm(layers, query, headDim)
    tape.free(query)
    const second = unitNorm(layers, key, headDim)
    tape.free(key)
    return [first, second]
  }
  if (!traits.temperedQueries) return [query, key]
  const scales = tape.tensor(options.sequence, 'float32', 'add')
  const wide = ops.scale(query, scales)
  const narrow = ops.to(wide, query.dtype)
  tape.free(wide, query, scales)
  return [narrow, key]
}

/** Norms of each head (Qwen 3), or of all heads together (OLMo 2). */
function normalised(
  run: DecoderRun,
  block: Named,
  kind: 'queryNorm' | 'keyNorm',
  moment: ForwardTraits['normsHeads'],
  input: Tensor,
): Tensor {
  const found = run.traits.normsHeads === moment ? submodule(block, kind) : undefined
  if (!found) return input
  const output = norm(run, found, input)
  run.layers.ops.tape.free(input)
  return output
}

/** The cache takes copies, and keeps them: a name of each stays with the cache for good. */
export function cached({ layers }: DecoderRun, ...given: readonly [Tensor, Tensor]): [Tensor, Tensor] {
  const { tape } = layers.ops
  const copy = ({ elements, dtype }: Tensor): Tensor => tape.alias(tape.tensor(elements, dtype, 'cat'))
  const copies: [Tensor, Tensor] = [copy(given[0]), copy(given[1])]
  for (const { storage } of copies) tape.ledger.rebook(storage, 'kvCache')
  tape.free(...given)
  return copies
}

function outOf({ module }: Named): number {
  return module.linear?.outFeatures ?? 0
}
