import type { SlidingAttention } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenArrays } from '../../arrays/written-arrays.js'
import { linearOfRows } from './linear-of-rows.js'
import { slidingValues } from './sliding-chunks.js'
import type { WrittenRun } from './written-run.js'

/** Where the tokens are that all others see, as many in each sequence: in the sequence, and among themselves. */
export interface GlobalPlaces {
  readonly count: number
  readonly found: Shaped
  readonly local: Shaped
  readonly none: Shaped
}

/** `_get_global_attn_indices` */
export function globalPlaces({ arrays: a, batch }: WrittenRun, f: Names, tokens: number, count: number): GlobalPlaces {
  const own = new Names(a.tape)
  const numbers = a.make([batch, tokens], 'int64', '_to_copy')
  own.let('counts', a.make([batch], 'int64', 'sum'))
  a.done(numbers)
  f.let('most', a.make([1], 'int64', 'max'))
  const found = f.let('found', a.make([2, batch * count], 'int64', 'nonzero'))
  const range = a.make([count], 'int64', 'arange')
  own.let('isLocal', a.make([batch, count], 'bool', 'lt'))
  a.done(range)
  const local = f.let('local', a.make([2, batch * count], 'int64', 'nonzero'))
  a.done(a.make([batch, count], 'bool', 'eq'))
  const none = f.let('none', a.make([2, 0], 'int64', 'nonzero'))
  own.free()
  return { count, found, local, none }
}

/** The vectors of these tokens alone, of `[batch, tokens, heads, size]`. */
function ofGlobal(a: WrittenArrays, vectors: Shaped, { count, found, local }: GlobalPlaces): Shaped {
  const [batch = 1, , heads = 1, size = 1] = vectors.layout.shape
  const zeros = a.make([batch, count, heads, size], vectors.dtype, 'new_zeros')
  return a.putRows(zeros, local, a.index(vectors, found, [batch * count, heads, size]))
}

/** The scores of all tokens for these (`_concat_with_global_key_attn_probs`): of `[batch, tokens, heads, count]`. */
export function globalScores(a: WrittenArrays, query: Shaped, key: Shaped, places: GlobalPlaces): Shaped {
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1, heads = 1, size = 1] = query.layout.shape
  f.let('key', ofGlobal(a, key, places))
  const rows = a.reshape(a.permute(query, [0, 2, 1, 3]), [batch * heads, tokens, size])
  const columns = a.reshape(a.permute(f.get('key'), [0, 2, 3, 1]), [batch * heads, size, places.count])
  f.let('scores', a.batched(rows, columns))
  f.let('scores', a.putNumber(f.get('scores'), places.none))
  const apart = a.reshape(f.get('scores'), [batch, heads, tokens, places.count])
  return f.returned(a.permute(apart, [0, 2, 1, 3]))
}

/** The values of these tokens and of those around each token, weighted (`_compute_attn_output_with_global_indices`). */
export function globalValues(
  a: WrittenArrays,
  weights: Shaped,
  value: Shaped,
  half: number,
  places: GlobalPlaces,
): Shaped {
  const f = new Names(a.tape)
  f.let('first', a.slice(weights, -1, places.count))
  f.let('value', ofGlobal(a, value, places))
  const [left, right] = [f.get('first'), f.get('value')].map((one) => ({
    ...a.duplicate(a.transpose(one, 1, 2)),
    isNamed: true,
  }))
  if (!left || !right) throw new Error('there are two factors')
  f.let('global', a.transpose(a.matmul(left, right), 1, 2))
  a.tape.free(left, right)
  f.let('rest', a.contiguous(a.slice(weights, -1, 2 * half + 1)))
  f.let('around', slidingValues(a, f.get('rest'), value, half))
  return f.returned(a.add(f.get('global'), f.get('around')))
}

/** What these tokens see themselves, which is all of the text (`_compute_global_attn_output_from_hidden`): of `[batch, heads, count, size]`. */
export function globalOutput(
  run: WrittenRun,
  hidden: Shaped,
  places: GlobalPlaces,
  { heads, dropout }: SlidingAttention,
): Shaped {
  const { arrays: a, named, given } = run
  const f = new Names(a.tape)
  const { count, found, local } = places
  const [tokens = 1, batch = 1, features = 1] = hidden.layout.shape
  const zeros = a.make([count, batch, features], hidden.dtype, 'new_zeros')
  f.let('hidden', a.putRows(zeros, local, a.index(hidden, found, [batch * count, features])))
  f.let('query', a.linear(named('query_global'), f.get('hidden')))
  for (const name of ['key', 'value']) f.let(name, linearOfRows(a, named(`${name}_global`), hidden))
  f.let('query', a.scaleInPlace(f.get('query')))
  const ofHeads = (name: string, length: number): Shaped =>
    f.let(name, a.transpose(a.reshape(f.get(name), [length, batch * heads, -1]), 0, 1))
  ofHeads('query', count)
  ofHeads('key', tokens)
  ofHeads('value', tokens)
  f.let('scores', a.batched(f.get('query'), a.transpose(f.get('key'), 1, 2)))
  f.let('scores', a.putNumber(f.get('scores'), places.none))
  const apart = a.reshape(f.get('scores'), [batch, heads, count, tokens])
  f.let('scores', a.maskedFill(apart, given('masked', [batch, 1, 1, tokens])))
  f.let('scores', a.reshape(f.get('scores'), [batch * heads, count, tokens]))
  f.let('whole', a.wideSoftmax(f.get('scores')))
  f.let('weights', run.dropped(dropout, a.to(f.get('whole'), f.get('scores').dtype)))
  f.let('output', a.batched(f.get('weights'), f.get('value')))
  run.names.let('global weights', f.get('weights'))
  return f.returned(a.reshape(f.get('output'), [batch, heads, count, -1]))
}
