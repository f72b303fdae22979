import type { NeighbourPairs } from '../../../../architecture/index.js'
import { contiguous } from '../../arrays/layout.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import { softmax } from '../softmax.js'
import { AddingArrays } from './added-product.js'
import type { AttentionRun } from './attention-run.js'

/**
 * `SelfAttention.forward` of `modeling_chatglm.py`: that of GLM-4-9B (2024), with `SdpaAttention` or `CoreAttention`, and that of ChatGLM3-6B
 * (2023), which has tokens before sequences.
 */
export function neighbourPairs(run: AttentionRun, attention: NeighbourPairs, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, kvHeads, headDim } = run
  const { sharesKeys, tokensOutside = false } = attention
  const outer = tokensOutside ? [tokens, batch] : [batch, tokens]
  const projected = f.let('all', a.linear(`${name}.query_key_value`, a.reshape(input, [...outer, -1])))
  const counts = sharesKeys ? [heads, kvHeads, kvHeads] : [headDim, headDim, headDim]
  const whole = sharesKeys ? projected : f.let('all', a.reshape(projected, [...outer, heads, 3 * headDim]))
  const parts = a.split(whole, sharesKeys ? counts.map((count) => count * headDim) : counts)
  for (const [index, part] of parts.entries()) f.let(PARTS[index] ?? '', part)
  if (sharesKeys) for (const part of PARTS) f.let(part, a.reshape(f.get(part), [...outer, -1, headDim]))
  if (!tokensOutside) for (const part of PARTS) f.let(part, a.transpose(f.get(part), 1, 2))
  for (const part of ['query', 'key']) f.let(part, rotated(run, attention, f.get(part)))
  if (run.caches && tokensOutside) run.keptAsTheyAre(f.get('key'), f.get('value'))
  if (run.caches && !tokensOutside) {
    const pair = ['key', 'value'].map((part) => a.unsqueeze(a.unsqueeze(f.get(part), 0), 0))
    run.keptAsTheyAre(f.let('cache', a.cat(pair, 1)))
  }
  // The dimension of the heads.
  const at = tokensOutside ? 2 : 1
  if (sharesKeys) for (const part of ['key', 'value']) f.let(part, spread(run, f.get(part), at))
  f.let('context', contextOf(run, attention, [f.get('query'), f.get('key'), f.get('value')]))
  return f.returned(a.linear(`${name}.dense`, f.get('context')))
}

function contextOf(run: AttentionRun, attention: NeighbourPairs, all: Three): Shaped {
  if (!attention.tokensOutside) return run.isEager ? written(run, attention, ...all) : fused(run, ...all)
  if (run.isEager)
    throw new UndescribedBlock(
      "the code of ChatGLM 2 and 3 has no eager attention with torch 2: pass `attention: 'flash'` or 'efficient'",
    )
  const { arrays: a, batch, tokens, heads, headDim } = run
  const [query, key, value] = all.map((part) => a.permute(part, [1, 2, 0, 3]))
  if (!query || !key || !value) throw new Error('there are three parts')
  return a.reshape(a.permute(run.attended(query, key, value), [2, 0, 1, 3]), [tokens, batch, heads * headDim])
}

type Three = readonly [query: Shaped, key: Shaped, value: Shaped]
const PARTS = ['query', 'key', 'value'] as const

/** Keys or values copied for the query heads that share them. */
function spread({ arrays: a, heads }: AttentionRun, input: Shaped, at: number): Shaped {
  const { shape } = input.layout
  const groups = heads / (shape[at] ?? heads)
  const wide = a.expand(a.unsqueeze(input, at + 1), shape.toSpliced(at + 1, 0, groups))
  return a.reshape(a.contiguous(wide), shape.with(at, heads))
}

/** `apply_rotary_pos_emb`, as its operations run one by one. */
function rotated(
  { arrays: a, tokens, headDim, tableOf }: AttentionRun,
  { rotatedFeatures: features, tokensOutside }: NeighbourPairs,
  input: Shaped,
): Shaped {
  const f = new Names(a.tape)
  const outer = input.layout.shape.slice(0, -1)
  const rotating = f.let('rotating', a.slice(input, -1, features))
  f.let('passing', a.slice(input, -1, headDim - features))
  const pairs = f.let('pairs', a.reshape(rotating, [...outer, features / 2, 2]))
  const table = tableOf([...(tokensOutside ? [tokens, 1, 1] : [1, 1, tokens]), features / 2])
  const times = () => a.mul(a.select(pairs, -1), table)
  const stacked = a.stack([a.sub(times(), times()), a.add(times(), times())])
  f.let('turned', a.reshape(stacked, [...outer, features]))
  return f.returned(a.cat([f.get('turned'), f.get('passing')], -1))
}

function fused({ arrays: a, batch, tokens, heads, headDim, attended }: AttentionRun, ...all: Three): Shaped {
  const inOrder = a.contiguous(a.transpose(attended(...all), 1, 2))
  return a.reshape(inOrder, [batch, tokens, heads * headDim])
}

/** `CoreAttention.forward`: it names each step of the scores. */
function written(run: AttentionRun, { float32Scores, scalesByLayer }: NeighbourPairs, ...all: Three): Shaped {
  const { batch, tokens, heads, headDim } = run
  const a = new AddingArrays(run.arrays.layers)
  const f = new Names(a.tape)
  const scoresShape = [batch, heads, tokens, tokens]
  if (batch > 1 && !a.isContiguous(all[2]))
    throw new UndescribedBlock(
      'the eager attention of GLM-4 fails on several sequences without `multi_query_attention`: pass a batch of 1, or another kernel',
    )
  const [query, key, value] = all.map((part) => a.reshape(part, [batch * heads, tokens, headDim]))
  if (!query || !key || !value) throw new Error('there are three parts')
  f.let('query', query)
  f.let('key', key)
  f.let('empty', a.make([batch * heads, tokens, tokens], query.dtype, 'empty'))
  const product = f.let('product', a.addedProduct(f.get('empty'), f.get('query'), a.transpose(f.get('key'), 1, 2)))
  f.let('scores', a.reshape(product, scoresShape))
  if (float32Scores) f.let('scores', a.to(f.get('scores'), 'float32'))
  if (scalesByLayer) f.let('scores', a.scale(f.get('scores')))
  f.let('mask', a.make([batch, 1, tokens, tokens], 'bool', 'ones'))
  f.let('mask', a.make([batch, 1, tokens, tokens], 'bool', 'bitwise_not'))
  f.let('scores', a.maskedFill(f.get('scores'), f.get('mask')))
  const wide = a.layers.autocast ? a.to(f.get('scores'), 'float32') : f.get('scores')
  f.let(
    'weights',
    a.plain(wide, contiguous(scoresShape).shape, (tensor) => softmax(a.layers, tensor, tensor.dtype)),
  )
  f.let('weights', a.to(f.get('weights'), all[2].dtype))
  f.let('weights', run.dropped('attention', f.get('weights')))
  f.let('value', value)
  f.let('weights', a.reshape(f.get('weights'), [batch * heads, tokens, tokens]))
  f.let('context', a.batched(f.get('weights'), f.get('value')))
  f.let('context', a.reshape(f.get('context'), [batch, heads, tokens, headDim]))
  f.let('context', a.contiguous(a.transpose(f.get('context'), 1, 2)))
  return f.returned(a.reshape(f.get('context'), [batch, tokens, heads * headDim]))
}
