import type { MaskedByProduct } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'

/** `Attention.forward` of `modeling_openai.py` (transformers 4.57.6). */
export function maskedByProduct(run: AttentionRun, _attention: MaskedByProduct, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim } = run
  const features = heads * headDim
  const all = f.let('x', a.linear(`${name}.c_attn`, input, 3 * features))
  const parts = a.split(all, [features, features, features])
  for (const [index, part] of parts.entries()) f.let(PARTS[index] ?? '', part)
  for (const part of PARTS) {
    const headed = a.reshape(f.get(part), [batch, tokens, heads, headDim])
    f.let(part, a.permute(headed, part === 'key' ? [0, 2, 3, 1] : [0, 2, 1, 3]))
  }
  const whole = f.let('outputs', weighted(run, f.get('query'), f.get('key'), f.get('value')))
  const merged = a.reshape(a.contiguous(a.permute(whole, [0, 2, 1, 3])), [batch, tokens, features])
  f.let('a', merged)
  f.let('a', a.linear(`${name}.c_proj`, f.get('a'), features))
  return f.returned(f.let('a', run.dropped('attended', f.get('a'))))
}

const PARTS = ['query', 'key', 'value'] as const

/** Eager attention: `w * b + -1e4 * (1 - b)` (`_attn`). */
function weighted(run: AttentionRun, query: Shaped, key: Shaped, value: Shaped): Shaped {
  const { arrays: a, name, tokens } = run
  const f = new Names(a.tape)
  f.let('w', a.matmul(query, key))
  f.let('w', a.scale(f.get('w')))
  const mask = a.constant([1, 1, tokens, tokens], a.parameter(`${name}.c_attn.bias`).dtype)
  const chosen = a.mul(f.get('w'), mask)
  f.let('w', a.add(chosen, a.scale(a.shift(mask))))
  f.let('w', a.softmax(a.layers.autocast ? a.to(f.get('w'), 'float32') : f.get('w')))
  f.let('w', run.dropped('attention', f.get('w')))
  return f.returned(a.matmul(f.get('w'), value))
}
