import type { PlacedAttention } from '../../../../architecture/index.js'
import { einsum } from '../../arrays/einsum.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `BertSelfAttention.forward` of `modeling_bert.py`, and RoFormer's of `modeling_roformer.py` (transformers 4.57.6). */
export function placedAttention(run: WrittenRun, { heads, dropout, places }: PlacedAttention): Shaped {
  const { arrays: a, names: f, batch, tokens, named, given } = run
  const hidden = given('hidden', [batch, tokens, -1])
  for (const name of ['query', 'key', 'value'])
    f.let(name, a.transpose(a.reshape(a.linear(named(name), hidden), [batch, tokens, heads, -1]), 1, 2))
  if (places === 'rotated' || places === 'rotatedWithValues') rotate(run, places === 'rotatedWithValues')
  f.let('scores', a.matmul(f.get('query'), a.transpose(f.get('key'), -1, -2)))
  if (places === 'toQueries' || places === 'toQueriesAndKeys') addDistances(run, places === 'toQueriesAndKeys')
  f.let('scores', a.scale(f.get('scores')))
  const scores = f.let('scores', a.add(f.get('scores'), given('mask', [batch, 1, 1, tokens])))
  f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  const weights = f.let('weights', run.dropped(dropout, f.get('weights')))
  f.let('context', a.matmul(weights, f.get('value')))
  const context = f.let('context', a.contiguous(a.permute(f.get('context'), [0, 2, 1, 3])))
  run.returned(weights)
  return f.returned(a.reshape(context, [batch, tokens, -1]))
}

/** Adds the products with embeddings of distances to the scores. */
function addDistances({ arrays: a, names: f, tokens, named }: WrittenRun, isToKeys: boolean): void {
  f.let('left', a.make([tokens, 1], 'int64', 'arange'))
  f.let('right', a.make([1, tokens], 'int64', 'arange'))
  f.let('distance', a.make([tokens, tokens], 'int64', 'sub'))
  const query = f.get('query')
  const index = a.make([tokens, tokens], 'int64', 'add')
  f.let('places', a.to(a.lookup(named('distance_embedding'), index), query.dtype))
  f.let('ofQueries', einsum(a, 'bhld,lrd->bhlr', query, f.get('places')))
  if (isToKeys) f.let('ofKeys', einsum(a, 'bhrd,lrd->bhlr', f.get('key'), f.get('places')))
  const sum = a.add(f.get('scores'), f.get('ofQueries'))
  f.let('scores', isToKeys ? a.add(sum, f.get('ofKeys')) : sum)
}

/** `apply_rotary_position_embeddings`: neighbours are pairs. */
function rotate({ arrays: a, names, tokens, given }: WrittenRun, withValues: boolean): void {
  const f = new Names(a.tape)
  const places = given('places', [1, 1, tokens, -1])
  const size = places.layout.shape
  for (const name of ['sin', 'cos']) f.let(name, a.make(size, places.dtype, 'stack'))
  for (const name of ['query', 'key', ...(withValues ? ['value'] : [])]) {
    const input = f.let(name, names.get(name))
    const odd = a.neg(a.everySecond(input))
    f.let(`half ${name}`, a.reshape(a.stack([odd, a.everySecond(input)]), input.layout.shape))
    const turned = a.mul(input, f.get('cos'))
    f.let(name, a.add(turned, a.mul(f.get(`half ${name}`), f.get('sin'))))
  }
  const results = ['query', 'key', ...(withValues ? ['value'] : [])].map((name) => [name, f.get(name)] as const)
  for (const [, result] of results) a.tape.alias(result)
  f.free()
  for (const [name, result] of results) names.let(name, { ...result, isNamed: false })
}
