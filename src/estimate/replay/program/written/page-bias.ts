import type { PageBias } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `_cal_1d_pos_emb` and `_cal_2d_pos_emb` of `modeling_layoutlmv3.py` (transformers 4.57.6). */
export function pageBias(run: WrittenRun, { heads, others, of }: PageBias): Shaped {
  const { arrays: a, names: f, batch, tokens, named } = run
  const count = tokens + others
  const names = of === 'places' ? ['rel_pos_bias'] : ['rel_pos_x_bias', 'rel_pos_y_bias']
  const { dtype } = a.parameter(named(`${names[0]}.weight`))
  for (const name of names) f.let(`${name} distances`, a.make([batch, count, count], 'int64', 'sub'))
  for (const name of names) f.let(name, buckets(run, count))
  for (const name of names) f.let(name, a.make([batch, count, count, heads], dtype, 'index'))
  for (const name of names) f.let(name, a.contiguous(a.permute(f.get(name), [0, 3, 1, 2])))
  const [first = '', second] = names
  return f.returned(second === undefined ? f.get(first) : a.add(f.get(first), f.get(second)))
}

/** `relative_position_bucket`: the number of a bucket for each distance. */
function buckets({ arrays: a, batch }: WrittenRun, count: number): Shaped {
  const f = new Names(a.tape)
  const shape = [batch, count, count]
  const make = (dtype: 'int64' | 'float32' | 'bool', operation: string): Shaped => a.make(shape, dtype, operation)
  const isAhead = make('bool', 'gt')
  const ahead = make('int64', '_to_copy')
  a.done(isAhead)
  const scaled = make('int64', 'mul')
  a.done(ahead)
  f.let('found', make('int64', 'add'))
  a.done(scaled)
  f.let('distance', make('int64', 'abs'))
  f.let('isSmall', make('bool', 'lt'))
  // Each step of the logarithm frees the one before.
  let large = make('float32', '_to_copy')
  for (const operation of ['div', 'log', 'div', 'mul']) {
    const next = make('float32', operation)
    a.done(large)
    large = next
  }
  const whole = make('int64', '_to_copy')
  a.done(large)
  f.let('large', make('int64', 'add'))
  a.done(whole)
  const most = make('int64', 'full_like')
  f.let('large', make('int64', 'minimum'))
  a.done(most)
  a.done(make('int64', 'where'))
  return f.returned(f.get('found'))
}
