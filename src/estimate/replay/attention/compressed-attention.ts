import { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { isDropped } from '../dropout.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attend } from './attend.js'
import { chosenTokens } from './indexer.js'
import { cached } from './key-value-cache.js'
import { type LatentSizes, latentSizesOf } from './latent-sizes.js'
import { rotateBoth } from './rotate-arrays.js'

/**
 * Multi-head latent attention as transformers 5 writes it (`Glm4MoeLiteAttention` of 5.24): the cache keeps the latent vector and the
 * rotated features that all heads share, and keys and values are expanded from them behind it. The caller keeps the input.
 */
export function compressedAttention(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { layers, options, forward } = run
  const { batch, sequence } = options
  const { heads } = run.sizes
  const a = new Arrays(layers)
  const f = new Names(a.tape)
  const sizes = latentSizesOf(block.module, heads)
  if (!sizes) throw new UndescribedBlock(`the latent attention of ${block.name} has no sizes`)
  const given = a.borrowed(input, [batch, sequence, run.sizes.hiddenSize])
  const flat = queriesOf(run, a, f, block, given)
  const queries = f.let('queries', a.transpose(a.reshape(flat, [batch, sequence, heads, -1]), 1, 2))
  const { rotation } = forward
  if (rotation) part(f, a.split(queries, [sizes.plain, sizes.rope]), ['query plain', 'query rotating'])
  const compressed = f.let('compressed', a.linear(`${block.name}.kv_a_proj_with_mqa`, given))
  part(f, a.split(compressed, [sizes.kvRank, sizes.rope]), ['latent', 'key rotating'])
  f.let('latent', normalised(run, a, block, 'kv_a_layernorm', f.get('latent')))
  f.let('latent', a.reshape(f.get('latent'), [batch, 1, sequence, sizes.kvRank]))
  f.let('key rotating', a.reshape(f.get('key rotating'), [batch, 1, sequence, sizes.rope]))
  const isInterleaved = rotation?.pairs === 'neighbours'
  if (rotation) rotateBoth(run, a, f, ['query rotating', 'key rotating'], { isInterleaved, heads: 1 })
  if (options.cache) keep(run, a, f)
  f.let('query', rotation ? a.cat([f.get('query plain'), f.get('query rotating')], -1) : queries)
  if (forward.attention.placesScaleQueries) scaleByPlace(a, f, sequence)
  expand(run, a, f, block, sizes)
  const isChosen = chosenMask(run, a, f, block, given)
  const out = attend(layers, options.kernel, f.get('query'), f.get('key'), f.get('value'), {
    batch,
    sequence,
    heads,
    kvHeads: heads,
    headDim: sizes.plain + sizes.rope,
    dtype: options.computeDtype,
    eager: forward.attention.eager,
    cappedScores: false,
    drops: isDropped(run, 'attention'),
    masked: isChosen && options.kernel !== 'eager',
    ...(run.mask && { mask: isChosen ? f.get('mask') : run.mask }),
    valuesApart: true,
    exchanged: rotation !== undefined,
    keepWeights: (weights) => run.attentionWeights.push(weights),
  })
  f.let('out', a.of(out, [batch, sequence, heads * sizes.value]))
  return f.returned(f.let('out', a.linear(`${block.name}.o_proj`, f.get('out'))))
}

/** Queries times a number of their place, which is cast to their dtype. */
function scaleByPlace(a: Arrays, f: Names, sequence: number): void {
  const query = f.get('query')
  f.let('query', a.mul(query, a.make([sequence, 1], query.dtype, '_to_copy')))
}

function part(f: Names, parts: readonly Shaped[], names: readonly string[]): void {
  for (const [index, one] of parts.entries()) f.let(names[index] ?? '', one)
}

/** Queries of all heads. With an indexer, the narrow ones keep their name: it reads them too. */
function queriesOf(run: DecoderRun, a: Arrays, f: Names, block: Named, input: Shaped): Shaped {
  if (!child(block, 'q_a_proj')) return a.linear(`${block.name}.q_proj`, input)
  const low = normalised(run, a, block, 'q_a_layernorm', a.linear(`${block.name}.q_a_proj`, input))
  return a.linear(`${block.name}.q_b_proj`, run.forward.attention.indexer === 'none' ? low : f.let('narrow', low))
}

/** The mask of the tokens that an indexer chooses, its own or that of a layer before. */
function chosenMask(run: DecoderRun, a: Arrays, f: Names, block: Named, input: Shaped): boolean {
  const { options, forward, carried } = run
  if (forward.attention.indexer === 'none') return false
  const { batch, sequence } = options
  const indexer = child(block, 'indexer')
  const own = indexer
    ? a.tape.withoutGradients(() => chosenTokens(run, a, indexer, { input, narrow: f.get('narrow') }))
    : carried.chosen
  if (!own) throw new UndescribedBlock(`${block.name} has no indexer, and no layer before it has one`)
  const chosen = f.let('chosen', { ...own, isNamed: !indexer })
  if (forward.attention.handsOn) carried.next = { ...chosen, ...a.tape.alias(chosen), isNamed: true }
  const pairs = [batch, 1, sequence, sequence]
  const ones = a.make(pairs, 'bool', 'new_ones')
  const places = a.make(chosen.layout.shape, 'int64', '_to_copy')
  f.let('index mask', a.make(pairs, 'bool', 'scatter'))
  a.done(ones, places)
  if (run.mask) {
    f.let('mask', a.make(pairs, run.mask.dtype, 'masked_fill'))
    return true
  }
  const others = a.make(pairs, 'bool', 'bitwise_not')
  f.let('mask', a.make(pairs, 'bool', 'bitwise_and'))
  a.done(others)
  return true
}

function normalised(run: DecoderRun, a: Arrays, block: Named, name: string, input: Shaped): Shaped {
  const found = child(block, name)
  if (!found) throw new UndescribedBlock(`${block.name} has no ${name}`)
  return a.plain(input, input.layout.shape, (tensor) => norm(run, found, tensor))
}

/** The cache keeps copies of both vectors. */
function keep(run: DecoderRun, a: Arrays, f: Names): void {
  const names = ['latent', 'key rotating'] as const
  const before = names.map((name) => f.get(name))
  const [latent = before[0], rotating = before[1]] = before
  if (!latent || !rotating) throw new Error('there are two vectors')
  const shapes = [latent.layout.shape, rotating.layout.shape]
  const kept = cached(run, a.tape.alias(latent), a.tape.alias(rotating))
  for (const [index, name] of names.entries()) {
    const tensor = kept[index]
    if (tensor) f.let(name, a.of(tensor, shapes[index] ?? []))
  }
}

/** Keys and values of each head. Keys are written into a new tensor, part by part (`expand_kv`). */
function expand(run: DecoderRun, a: Arrays, f: Names, block: Named, sizes: LatentSizes): void {
  const { batch, sequence } = run.options
  const { heads } = run.sizes
  const own = new Names(a.tape)
  const flat = a.linear(`${block.name}.kv_b_proj`, f.get('latent'))
  const both = own.let('both', a.transpose(a.reshape(flat, [batch, sequence, heads, -1]), 1, 2))
  part(own, a.split(both, [sizes.plain, sizes.value]), ['plain', 'value'])
  own.let('rotated', a.expand(f.get('key rotating'), [batch, heads, sequence, sizes.rope]))
  const shape = [batch, heads, sequence, sizes.plain + sizes.rope]
  own.let('key', a.make(shape, both.dtype, 'new_empty'))
  for (const name of ['plain', 'rotated']) own.let('key', a.assign(own.get('key'), own.get(name)))
  f.let('key', own.get('key'))
  f.let('value', own.get('value'))
  own.free()
}
