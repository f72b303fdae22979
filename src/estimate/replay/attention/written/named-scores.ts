import type { NamedScores } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'

/** `MultiHeadAttention.forward` of `modeling_ctrl.py` (transformers 4.57.6). */
export function namedScores(run: AttentionRun, _attention: NamedScores, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim, cached } = run
  for (const part of PARTS) f.let(part, a.linear(`${name}.W${part}`, input))
  for (const part of PARTS)
    f.let(part, a.permute(a.reshape(f.get(part), [batch, tokens, heads, headDim]), [0, 2, 1, 3]))
  if (run.caches) {
    const [keys, values] = [cached(f.get('k')), cached(f.get('v'))]
    f.let('k', keys)
    f.let('v', values)
  }
  const apart = f.let('scaled', a.permute(weighted(run, f.get('q'), f.get('k'), f.get('v')), [0, 2, 1, 3]))
  const whole = f.let('original', a.reshape(apart, [batch, tokens, heads * headDim]))
  return f.returned(a.linear(`${name}.dense`, whole))
}

const PARTS = ['q', 'k', 'v'] as const

/** `scaled_dot_product_attention` of the same file. */
function weighted({ arrays: a, mask, keep }: AttentionRun, query: Shaped, key: Shaped, value: Shaped): Shaped {
  const f = new Names(a.tape)
  const product = f.let('product', a.matmul(query, a.permute(key, [0, 1, 3, 2])))
  f.let('logits', a.scale(product))
  f.let('logits', a.addInPlace(f.get('logits'), a.scale(mask)))
  const scores = f.get('logits')
  const weights = f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  const output = a.matmul(weights, value)
  keep(weights)
  return f.returned(output)
}
