import type { PageAttention } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `LayoutLMv3SelfAttention.forward` of `modeling_layoutlmv3.py` (transformers 4.57.6). */
export function pageAttention(run: WrittenRun, { heads, others, biases, dropout }: PageAttention): Shaped {
  const { arrays: a, names: f, batch, tokens, named, given } = run
  const count = tokens + others
  const hidden = given('hidden', [batch, count, -1])
  for (const name of ['query', 'key', 'value'])
    f.let(name, a.transpose(a.reshape(a.linear(named(name), hidden), [batch, count, heads, -1]), 1, 2))
  f.let('scores', a.matmul(a.scale(f.get('query')), a.transpose(f.get('key'), -1, -2)))
  const [first, second] = biases.map((name) => given(name, [batch, heads, count, count]))
  if (first) f.let('scores', a.addInPlace(f.get('scores'), a.scale(second ? a.add(first, second) : first)))
  f.let('scores', a.add(f.get('scores'), given('mask', [batch, 1, 1, count])))
  f.let('weights', softmax(run, f.get('scores')))
  f.let('weights', run.dropped(dropout, f.get('weights')))
  f.let('context', a.matmul(f.get('weights'), f.get('value')))
  const context = f.let('context', a.contiguous(a.permute(f.get('context'), [0, 2, 1, 3])))
  return f.returned(a.reshape(context, [batch, count, -1]))
}

/** A softmax of the distances to the largest score (`cogview_attention`). */
function softmax({ arrays: a }: WrittenRun, scores: Shaped): Shaped {
  const f = new Names(a.tape)
  f.let('scaled', a.scale(scores))
  f.let('largest', a.largestOfRows(f.get('scaled')))
  const below = f.let('below', a.scale(a.sub(f.get('scaled'), f.get('largest'))))
  return f.returned(a.softmax(a.layers.autocast ? a.to(below, 'float32') : below))
}
