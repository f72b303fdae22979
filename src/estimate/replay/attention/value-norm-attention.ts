import type { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { norm, withoutGain } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './attend.js'
import { cached } from './key-value-cache.js'
import { isEager } from './masks.js'
import { rotatedByHalves } from './rotate-arrays.js'

/**
 * Attention of Gemma 4 (`Gemma4TextAttention`, transformers 5.24): queries, keys and values have norms, heads have another size in layers
 * with a window, values may be the projected keys, and some layers take keys and values of an earlier one. The caller keeps the input.
 */
export function valueNormAttention(run: DecoderRun, a: Arrays, block: Named, input: Shaped, layer: number): Shaped {
  const { layers, options, forward, sizes } = run
  const { batch, sequence } = options
  const { heads } = sizes
  const { keySharing } = forward.attention
  const f = new Names(a.tape)
  const headDim = sizeOfNorm(block, 'q_norm')
  f.let('query', heads4(a, a.linear(`${block.name}.q_proj`, input), headDim))
  f.let('query', normalised(run, a, block, 'q_norm', f.get('query')))
  f.let('query', rotated(run, a, f.get('query')))
  f.let('query', a.transpose(f.get('query'), 1, 2))
  const source = run.sharedKeys && keySharing?.taken[layer]
  if (source === undefined) ownKeys(run, a, f, block, input, layer)
  else {
    const shared = run.sharedKeys?.of(source)
    if (!shared) throw new UndescribedBlock(`${block.name} takes keys and values that no layer before has kept`)
    f.let('key', shared.keys)
    f.let('value', shared.values)
  }
  const [key, value] = [f.get('key'), f.get('value')]
  const [, kvHeads = 1, keys = sequence] = key.layout.shape
  const isShorter = keys >= (sizes.windowTokens ?? Number.POSITIVE_INFINITY) && sizes.isWindowed(layer)
  const kernel = isEager(options, forward) ? 'eager' : options.kernel
  const isWide = headDim > WIDEST_SHARED
  // A single query for several heads is taken for queries of one head (`pack_gqa`).
  const packed = kernel !== 'eager' && sequence === 1 && (isShorter || isWide) ? heads / kvHeads : 1
  const out = attend(layers, kernel, f.get('query'), key, value, {
    batch,
    sequence: sequence * packed,
    keys,
    heads: heads / packed,
    kvHeads,
    headDim,
    eager: forward.attention.eager,
    dtype: options.computeDtype,
    cappedScores: false,
    masked: isShorter || (options.ownMasks === 'eachWindow' && sizes.isWindowed(layer)),
    ...(run.mask && { mask: run.mask }),
    isWide,
    valuesApart: !options.cache,
    exchanged: false,
    keepWeights: (weights) => run.attentionWeights.push(weights),
  })
  f.let('out', a.of(out, [batch, sequence, heads * headDim]))
  return f.returned(f.let('out', a.linear(`${block.name}.o_proj`, f.get('out'))))
}

/** Features of a head up to which the kernels share keys and values (`use_gqa_in_sdpa` of transformers 5). */
const WIDEST_SHARED = 256

/** Keys and values of the layer itself, which it may keep for others. */
function ownKeys(run: DecoderRun, a: Arrays, f: Names, block: Named, input: Shaped, layer: number): void {
  const { options, forward, sharedKeys } = run
  const headDim = sizeOfNorm(block, 'k_norm')
  const projectKeys = (): void => {
    f.let('key', heads4(a, a.linear(`${block.name}.k_proj`, input), headDim))
  }
  const projectValues = (): void => {
    const projection = child(block, 'v_proj')
    f.let('value', projection ? heads4(a, a.linear(projection.name, input), headDim) : f.get('key'))
  }
  const finishKeys = (): void => {
    f.let('key', normalised(run, a, block, 'k_norm', f.get('key')))
    f.let('key', rotated(run, a, f.get('key')))
    f.let('key', a.transpose(f.get('key'), 1, 2))
  }
  const finishValues = (): void => {
    const value = f.get('value')
    f.let(
      'value',
      a.plain(value, value.layout.shape, (tensor) => withoutGain(run, tensor, headDim)),
    )
    f.let('value', a.transpose(f.get('value'), 1, 2))
  }
  // Values that may be the projected keys come before these are normalised.
  const isTogether = forward.attention.keySharing?.in === 'variable'
  computeKeys(run, layer, () => {
    const steps = isTogether
      ? [projectKeys, projectValues, finishKeys, finishValues]
      : [projectKeys, finishKeys, projectValues, finishValues]
    for (const step of steps) step()
  })
  if (options.cache) {
    const { shape } = f.get('key').layout
    const [keys, values] = cached(run, a.tape.alias(f.get('key')), a.tape.alias(f.get('value')))
    f.let('key', a.of(keys, shape))
    f.let('value', a.of(values, shape))
  }
  if (isStored(run, layer)) sharedKeys?.keep(layer, { keys: f.get('key'), values: f.get('value') })
}

/** Runs a part of the computation of keys and values, which others may use. */
export function computeKeys(run: DecoderRun, layer: number, part: () => void): void {
  if (isStored(run, layer)) run.sharedKeys?.compute(layer, part)
  else part()
}

function isStored({ forward, sharedKeys }: DecoderRun, layer: number): boolean {
  return sharedKeys !== undefined && (forward.attention.keySharing?.stored.includes(layer) ?? false)
}

function heads4(a: Arrays, flat: Shaped, headDim: number): Shaped {
  return a.reshape(flat, [...flat.layout.shape.slice(0, -1), -1, headDim])
}

function sizeOfNorm(block: Named, name: string): number {
  const [size] = child(block, name)?.module.parameters?.['weight'] ?? []
  if (size === undefined) throw new UndescribedBlock(`${block.name} has no ${name}`)
  return size
}

function normalised(run: DecoderRun, a: Arrays, block: Named, name: string, input: Shaped): Shaped {
  const found = child(block, name)
  if (!found) throw new UndescribedBlock(`${block.name} has no ${name}`)
  return a.plain(input, input.layout.shape, (tensor) => norm(run, found, tensor))
}

function rotated({ tables }: DecoderRun, a: Arrays, input: Shaped): Shaped {
  if (!tables) return input
  const [, sequence = 1, , features = 1] = input.layout.shape
  const [cos, sin] = [tables.cos, tables.sin].map((table) => a.borrowed(table, [1, sequence, 1, features]))
  return cos && sin ? rotatedByHalves(a, input, cos, sin) : input
}
