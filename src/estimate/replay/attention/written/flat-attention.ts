import type { FlatAttention } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'

/** `XGLMAttention.forward` of `modeling_xglm.py` (transformers 4.57.6). */
export function flatAttention(run: AttentionRun, _attention: FlatAttention, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim, mask, cached } = run
  f.let('query', a.scale(a.linear(`${name}.q_proj`, input)))
  f.let('key', a.linear(`${name}.k_proj`, input))
  f.let('value', a.linear(`${name}.v_proj`, input))
  const headed = (part: string): Shaped => a.transpose(a.reshape(f.get(part), [batch, tokens, heads, headDim]), 1, 2)
  f.let('key', headed('key'))
  f.let('value', headed('value'))
  const [keys, values] = [cached(f.get('key')), cached(f.get('value'))]
  f.let('key', keys)
  f.let('value', values)
  f.let('query', headed('query'))
  for (const part of ['query', 'key', 'value']) f.let(part, a.reshape(f.get(part), [batch * heads, tokens, headDim]))
  f.let('weights', a.batched(f.get('query'), a.transpose(f.get('key'), 1, 2)))
  f.let('weights', a.add(a.reshape(f.get('weights'), [batch, heads, tokens, tokens]), mask))
  f.let('weights', a.maximum(f.get('weights')))
  const scores = f.let('weights', a.reshape(f.get('weights'), [batch * heads, tokens, tokens]))
  f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  f.let('left', run.dropped('attention', f.get('weights')))
  const output = f.let('output', a.batched(f.get('left'), f.get('value')))
  const apart = f.let('output', a.transpose(a.reshape(output, [batch, heads, tokens, headDim]), 1, 2))
  const whole = f.let('output', a.reshape(apart, [batch, tokens, heads * headDim]))
  return f.returned(a.linear(`${name}.out_proj`, whole))
}
