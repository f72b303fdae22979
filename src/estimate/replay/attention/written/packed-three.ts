import type { PackedThree } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import type { AttentionRun } from './attention-run.js'

/** `Attention.forward` and `BaichuanAttention.forward` of `modeling_baichuan.py` (Baichuan2-7B and Baichuan2-13B-Chat, without xformers). */
export function packedThree(run: AttentionRun, { biases }: PackedThree, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim } = run
  const features = heads * headDim
  f.let('all', a.linear(`${name}.W_pack`, input))
  const all = f.let('all', a.permute(a.reshape(f.get('all'), [batch, tokens, 3, features]), [2, 0, 1, 3]))
  for (const part of PARTS) f.let(part, a.transpose(a.reshape(a.select(all, 0), [batch, tokens, heads, headDim]), 1, 2))
  if (!biases) rotate(run)
  run.keptAsTheyAre(f.get('key'), f.get('value'))
  const [query, key, value] = [f.get('query'), f.get('key'), f.get('value')]
  f.let('output', a.transpose(biases ? withBiases(run, query, key, value) : withMask(run, query, key, value), 1, 2))
  f.let('output', a.reshape(f.get('output'), [batch, tokens, features]))
  return f.returned(f.let('output', a.linear(`${name}.o_proj`, f.get('output'))))
}

const PARTS = ['query', 'key', 'value'] as const
const TABLES = ['cos', 'sin'] as const

function withMask({ kernel, attended }: AttentionRun, query: Shaped, key: Shaped, value: Shaped): Shaped {
  if (kernel === 'eager')
    throw new UndescribedBlock(
      "the code of Baichuan 2 7B has no eager attention: pass `attention: 'efficient'`, which it uses in any case",
    )
  return attended(query, key, value)
}

/** Scores with a mask of biases for all heads, which is a buffer. The code names them to the end. */
function withBiases(
  { arrays: a, names: f, name, tokens, heads }: AttentionRun,
  query: Shaped,
  key: Shaped,
  value: Shaped,
): Shaped {
  const { dtype } = a.parameter(`${name}.W_pack.weight`)
  f.let('weights', a.scale(a.matmul(query, a.transpose(key, 2, 3))))
  f.let('weights', a.add(f.get('weights'), a.constant([heads, tokens, tokens], dtype)))
  f.let('weights', a.maximum(f.get('weights')))
  const scores = f.get('weights')
  f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  return a.matmul(f.get('weights'), value)
}

/** Rotates queries and keys in float32, by rows of tables that each layer keeps (`apply_rotary_pos_emb`). */
function rotate({ arrays: a, names: f, tokens, headDim }: AttentionRun): void {
  const own = new Names(a.tape)
  for (const table of TABLES) own.let(table, a.make([1, 1, tokens, headDim], 'float32', 'index'))
  for (const part of ['query', 'key']) {
    const straight = a.mul(a.to(f.get(part), 'float32'), own.get('cos'))
    const inner = new Names(a.tape)
    const wide = inner.let('wide', a.to(f.get(part), 'float32'))
    for (const half of ['first', 'second']) inner.let(half, a.slice(wide, -1, headDim / 2))
    const turned = inner.returned(a.cat([a.neg(inner.get('second')), inner.get('first')], -1))
    own.let(part, a.add(straight, a.mul(turned, own.get('sin'))))
  }
  const back = ['query', 'key'].map((part) => [part, a.to(own.get(part), f.get(part).dtype)] as const)
  // Weights in float32 need no cast back: then the names of the function are what it returns.
  for (const [part, array] of back) f.let(part, array)
  own.free()
}
