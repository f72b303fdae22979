import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'

/** What the code does with the product of queries and keys, in this order. */
type Step = 'scale' | 'add' | 'addInPlace'

/**
 * Eager attention with scores in float32, and its output projection (`_attn` and the end of `forward` of `modeling_gptj.py` and
 * `modeling_codegen.py`, transformers 4.57.6). Reads `query`, `key` and `value`.
 */
export function attendInFloat32(run: AttentionRun, steps: readonly Step[]): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim } = run
  const output = f.let('output', weighted(run, steps))
  const merged = f.let('output', a.contiguous(a.permute(output, [0, 2, 1, 3])))
  f.let('output', a.reshape(merged, [batch, tokens, heads * headDim]))
  f.let('output', a.linear(`${name}.out_proj`, f.get('output')))
  return f.returned(f.let('output', run.dropped('attended', f.get('output'))))
}

function weighted(run: AttentionRun, steps: readonly Step[]): Shaped {
  const { arrays: a, mask, keep } = run
  const value = run.names.get('value')
  const f = new Names(a.tape)
  const query = f.let('query', a.to(run.names.get('query'), 'float32'))
  const key = f.let('key', a.to(run.names.get('key'), 'float32'))
  f.let('weights', a.matmul(query, a.transpose(key, -1, -2)))
  for (const step of steps) {
    const scores = f.get('weights')
    f.let('weights', step === 'scale' ? a.scale(scores) : a[step](scores, mask))
  }
  const scores = f.get('weights')
  f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  const whole = f.let('weights', a.to(f.get('weights'), value.dtype))
  const weights = f.let('weights', run.dropped('attention', whole))
  const output = a.matmul(weights, value)
  keep(weights)
  return f.returned(output)
}
