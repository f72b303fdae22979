import type { HeadNorms } from '../../../architecture/index.js'
import { adapted } from '../adapters/adapted.js'
import type { DecoderRun } from '../decoder-run.js'
import { droppedIn, isDropped } from '../dropout.js'
import { headNorm, norm } from '../norms/norms.js'
import { child, type Named, outFeatures, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './attend.js'
import { blockMask } from './block-mask.js'
import { difference, pairedValues } from './difference.js'
import { indexedHeads } from './indexed-heads.js'
import { cached, kept } from './key-value-cache.js'
import { learnedMask } from './learned-mask.js'
import { isEager, isGivenBehindPrefixes, prefixTokens } from './masks.js'
import { gateAt, throughGate } from './output-gate.js'
import { repeat } from './repeat.js'
import { isRotatedInPlace, rotate } from './rotation.js'
import { chunked, scaledByPlaces, scaledWhereUnrotated } from './scaled-queries.js'

const CACHES = { copied: cached, kept } as const

/**
 * Self-attention of one layer: projections, head norms, rotation, kernel, output projection. The caller keeps the input.
 *
 * @param use - which use of a shared block it is: each has its own adapters
 */
export function selfAttention(run: DecoderRun, outer: Named, input: Tensor, layer: number, use?: number): Tensor {
  // GPT-Neo has its attention in an extra module.
  const block = child(outer, 'attention') ?? outer
  const { layers, forward, options, sizes } = run
  const { heads, kvHeads, headDim } = headsOf(run, block)
  const { attention, rotation } = forward
  const { tape } = layers.ops
  const { batch, sequence, computeDtype } = options
  // If the rotation is written in the layer's own code, its inputs keep their names to the end.
  const held: Tensor[] = []
  const gates: Tensor[] = []
  const [queryRaw, keyRaw, value] = projections(run, block, input, held, gates, use)
  gates.push(...gateAt(run, block, input, 'beforeRotation'))
  if (attention.keepsProjections && attention.sharedHeads !== 'indexed')
    held.push(tape.alias(queryRaw), tape.alias(keyRaw))
  const [queryRotated, keyRotated] = chunked(run, layer, rotate(run, queryRaw, keyRaw, layer, held))
  tape.free(queryRaw, keyRaw)
  const unscaled = scaledWhereUnrotated(run, layer, normalised(run, block, 'queryNorm', 'rotated', queryRotated))
  const query = scaledByPlaces(run, unscaled)
  const key = normalised(run, block, 'keyNorm', 'rotated', keyRotated)
  const [keys, values] = options.cache ? CACHES[attention.cache](run, key, value) : behindPrefix(run, layer, key, value)
  const groups = attention.sharedHeads === 'repeated' ? heads / kvHeads : 1
  const isView = kvHeads === 1
  // A product copies a single head that is expanded for all queries, behind prefixes too, where the cache has whole copies.
  const isExpanded = run.prefixes !== undefined && isView && groups > 1
  const [wideKeys, ownValues] = [repeat(layers, keys, groups, isView), repeat(layers, values, groups, isView)]
  tape.free(keys, values)
  const wideValues = attention.isDifference ? pairedValues(layers, ownValues) : ownValues
  // Under autocast the kernel gets copies. The code still holds the originals until it returns.
  held.push(query, wideKeys, wideValues)
  const keySequence = sequence + prefixTokens(options)
  const isGiven = isGivenBehindPrefixes(options, forward)
  const isWindowed = sequence >= (sizes.windowTokens ?? Number.POSITIVE_INFINITY) && sizes.isWindowed(layer)
  const kernel = isEager(options, forward) ? 'eager' : options.kernel
  const chosen =
    blockMask(run, block, input, { heads, dtype: query.dtype }) ??
    learnedMask(run, block, ownValues, { heads, kvHeads, headDim })
  const { mask = run.mask, mask: bias = run.bias } = chosen ?? {}
  const sinks = layers.weights.find(`${block.name}.sinks`)
  const out = attend(layers, kernel, query, wideKeys, wideValues, {
    batch,
    sequence,
    ...(run.prefixes && { keys: keySequence }),
    heads,
    kvHeads: wideKeys.elements / (batch * keySequence * headDim),
    headDim,
    eager: attention.eager,
    dtype: computeDtype,
    cappedScores: attention.cappedScores,
    masked: (isWindowed && !chosen) || (run.prefixes !== undefined && !isGiven) || isMasked(run),
    isMaskGiven: options.ownMasks === 'numbers' || chosen !== undefined || isGiven,
    ...(mask && { mask }),
    ...(run.chosen && { chosen: run.chosen }),
    ...(bias && { bias }),
    ...(sinks && { sinks }),
    drops: isDropped(run, 'attention'),
    broadcasts: attention.sharedHeads === 'indexed',
    staysApart: attention.isDifference,
    valuesApart: isExpanded || ((!options.cache || attention.cache === 'kept') && !run.prefixes),
    exchanged: rotation?.concatenates === true || rotation?.pairs === 'halvesApart',
    keepWeights: (weights) => run.attentionWeights.push(weights),
    hold: (...named) => held.push(...named),
  })
  if (attention.isDifference) held.push(out)
  const whole = attention.isDifference ? difference(run, block, out, kernel !== 'eager') : out
  const inner = child(block, 'attn_sub_norm')
  const opened = attention.gated ? gatedBy(run, whole, gates) : throughGate(run, block, input, whole, gates)
  const normal = inner ? norm(run, inner, opened) : tape.alias(opened)
  tape.free(opened)
  const last = submodule(block, 'output')
  const projected = last ? layers.linear(last.name, normal, outFeatures(last)) : tape.alias(normal)
  tape.free(normal)
  const output = droppedIn(run, 'inBlocks', 'attended', projected)
  const names = [...held, ...gates, ...(chosen ? [chosen.mask, ...chosen.held] : [])]
  if (forward.residual.order === 'sequential' && forward.residual.addedIn === 'blocks') run.named.push(...names)
  else tape.free(...names)
  return output
}

/** Whether every layer gets a boolean mask, whatever its window. */
function isMasked({ options, forward }: DecoderRun): boolean {
  return options.ownMasks === 'eachSequence' || forward.masks.given === 'seesLater'
}

/** Keys and values behind those of virtual tokens, in a cache of copies. Frees both if there are any. */
function behindPrefix(run: DecoderRun, layer: number, key: Tensor, value: Tensor): [Tensor, Tensor] {
  const { ops } = run.layers
  const [firstKeys, firstValues] = run.prefixes?.get(layer) ?? []
  if (!firstKeys || !firstValues) return [key, value]
  // MiMo-V2-Flash stops ("Sizes of tensors must match except in dimension 2"): layers with windows have more heads.
  const { batch, sequence } = run.options
  const rows = batch * prefixTokens(run.options)
  const isAsWide = (first: Tensor, own: Tensor) => first.elements / rows === own.elements / (batch * sequence)
  if (!isAsWide(firstKeys, key) || !isAsWide(firstValues, value))
    throw new RangeError(
      `PEFT 0.21.2 stops at layer ${layer}, whose keys or values are not as wide as the prefixes: use prompt_tuning`,
    )
  const both: [Tensor, Tensor] = [ops.cat([firstKeys, key]), ops.cat([firstValues, value])]
  ops.tape.free(key, value, firstKeys, firstValues)
  run.prefixes?.delete(layer)
  run.behindPrefixes.push(...both.map((one) => ops.tape.alias(one)))
  return both
}

function projections(
  run: DecoderRun,
  block: Named,
  input: Tensor,
  held: Tensor[],
  gates: Tensor[],
  use: number | undefined,
): [Tensor, Tensor, Tensor] {
  const { layers, forward } = run
  const { heads, kvHeads, headDim } = headsOf(run, block)
  const { attention, rotation } = forward
  const { ops } = layers
  const { tape } = ops
  const fused = submodule(block, 'fused')
  if (fused) {
    const made = layers.linear(fused.name, input, outFeatures(fused))
    const all = attention.clamped ? ops.clamp(made) : tape.alias(made)
    tape.free(made)
    if (attention.keepsProjections) held.push(tape.alias(all))
    if (attention.sharedHeads === 'indexed' && kvHeads < heads) {
      const chosen = indexedHeads(run, all)
      tape.free(all)
      return chosen
    }
    const share = (features: number) => (all.elements * features) / outFeatures(fused)
    const sizes = [heads * headDim, kvHeads * headDim, kvHeads * headDim].map(share)
    const isSliced = rotation && rotation.tables !== 'inLayers'
    const parts = isSliced ? sizes.map((size) => ops.slice(all, size)) : ops.split(all, sizes)
    tape.free(all)
    const [query, key, value] = parts
    if (!query || !key || !value) throw new Error('a fused projection has three parts')
    return [
      normalised(run, block, 'queryNorm', 'allProjected', query),
      normalised(run, block, 'keyNorm', 'allProjected', key),
      value,
    ]
  }
  const project = (kind: 'query' | 'key' | 'value', features: number): Tensor => {
    const projection = submodule(block, kind)
    if (!projection) throw new UndescribedBlock(`${block.name} has no projection of its ${kind}`)
    const projected = layers.linear(projection.name, input, features)
    if (use === undefined) return projected
    return adapted(run, `${block.name}.linear_${kind[0]}_adapter_list.${use}`, input, projected, features)
  }
  const exchanged = (tensor: Tensor): Tensor => {
    // A tensor that is rotated before its dimensions are transposed comes back in its own order.
    if (rotation?.pairs === 'complex') return tensor
    if (rotation && isRotatedInPlace(layers.kernels, rotation)) return tensor
    const view = ops.exchanged(tensor)
    tape.free(tensor)
    return view
  }
  if (attention.clamped) {
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
  const rawQuery = attention.gated
    ? halved(run, project('query', 2 * heads * headDim), gates)
    : scaledBy(run, attention.scaledQueries, project('query', heads * headDim))
  const query = exchanged(normalised(run, block, 'queryNorm', 'projected', rawQuery))
  const keyRaw = exchanged(normalised(run, block, 'keyNorm', 'projected', project('key', kvHeads * headDim)))
  const key = attention.scaledKeys ? ops.scale(keyRaw) : tape.alias(keyRaw)
  tape.free(keyRaw)
  const valueFeatures = outFeatures(submodule(block, 'value'))
  const value = scaledBy(run, attention.scaledValues, project('value', valueFeatures))
  gates.push(...gateAt(run, block, input, 'withValues'))
  return [
    normalised(run, block, 'queryNorm', 'allProjected', query),
    normalised(run, block, 'keyNorm', 'allProjected', key),
    value,
  ]
}

/** A tensor that the code may multiply by a number. Frees its input. */
function scaledBy({ layers: { ops } }: DecoderRun, isScaled: boolean, input: Tensor): Tensor {
  if (!isScaled) return input
  const scaled = ops.scale(input)
  ops.tape.free(input)
  return scaled
}

/** The queries of a projection that also makes gates, which are copied. Frees the projection. */
function halved({ layers: { ops } }: DecoderRun, both: Tensor, gates: Tensor[]): Tensor {
  const half = both.elements / 2
  const [query = both, gate = both] = ops.split(both, [half, half])
  gates.push(ops.contiguous(gate))
  ops.tape.free(both, gate)
  return query
}

/** The output of attention, through its gate if it has one. Frees the output. */
function gatedBy({ layers: { ops } }: DecoderRun, output: Tensor, [gate]: readonly Tensor[]): Tensor {
  if (!gate) return output
  const share = ops.elementwise(gate, 'sigmoid', 'output')
  const product = ops.mul(output, share)
  ops.tape.free(share, output)
  return product
}

/** Norms of each head (Qwen 3), or of all heads together (OLMo 2). */
function normalised(
  run: DecoderRun,
  block: Named,
  kind: 'queryNorm' | 'keyNorm',
  moment: HeadNorms,
  input: Tensor,
): Tensor {
  const found = run.forward.attention.headNorms === moment ? submodule(block, kind) : undefined
  if (!found) return input
  const output = headNorm(run, found, input, run.sizes.headDim)
  run.layers.ops.tape.free(input)
  return output
}

/** The heads of a layer: families may have more or fewer of them in some layers. */
function headsOf(
  { sizes, forward }: DecoderRun,
  block: Named,
): Pick<DecoderRun['sizes'], 'heads' | 'kvHeads' | 'headDim'> {
  const { headDim } = sizes
  const [query, key] = [outFeatures(submodule(block, 'query')), outFeatures(submodule(block, 'key'))]
  if (!query || !key) return sizes
  return { headDim, heads: query / headDim / (forward.attention.gated ? 2 : 1), kvHeads: key / headDim }
}
