import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { softmax } from '../softmax.js'
import type { AttentionRun } from './attention-run.js'

/** `softmax(scores, dtype=float32).to(dtype)`. CUDA turns float16 (and only that) to float32 inside the kernel. */
export function float32Softmax({ arrays: a }: AttentionRun, scores: Shaped, { dtype }: Shaped): Shaped {
  const wide = scores.dtype === 'float16' ? scores : a.to(scores, 'float32')
  const weights = a.plain(wide, wide.layout.shape, (tensor) => softmax(a.layers, tensor, 'float32'))
  return a.to(weights, dtype)
}

/** Keys or values repeated for the query heads that share them (`repeat_kv`). */
export function repeatedHeads({ arrays: a, batch, tokens, heads, headDim }: AttentionRun, input: Shaped): Shaped {
  const [, kvHeads = heads] = input.layout.shape
  const groups = heads / kvHeads
  if (groups === 1) return input
  const wide = a.expand(a.unsqueeze(input, 2), [batch, kvHeads, groups, tokens, headDim])
  return a.reshape(wide, [batch, heads, tokens, headDim])
}

/** Eager attention as Llama's code had it: scores, a mask, a float32 softmax, and the product with the values. */
export function eagerAttention(run: AttentionRun, query: Shaped, key: Shaped, value: Shaped): Shaped {
  const { arrays: a, mask } = run
  const f = new Names(a.tape)
  f.let('weights', a.scale(a.matmul(query, a.transpose(key, 2, 3))))
  f.let('weights', a.add(f.get('weights'), mask))
  f.let('weights', float32Softmax(run, f.get('weights'), query))
  f.let('weights', run.dropped('attention', f.get('weights')))
  const output = a.matmul(f.get('weights'), value)
  run.keep(f.get('weights'))
  return f.returned(output)
}
