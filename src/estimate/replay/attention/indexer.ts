import type { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { normOf } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import { keptArray } from './key-value-cache.js'
import { rotateBoth } from './rotate-arrays.js'

/** What an indexer reads: the input of attention, and the narrow queries. */
export interface Indexed {
  readonly input: Shaped
  readonly narrow: Shaped
}

/**
 * The tokens that each token attends to, as an indexer of DeepSeek's sparse attention selects them (`DeepseekV32Indexer` of
 * transformers 5.24): a score for each pair of tokens and each head in float32, without gradients. `matmul` copies the keys for
 * each token of several sequences.
 */
export function chosenTokens(run: DecoderRun, a: Arrays, block: Named, { input, narrow }: Indexed): Shaped {
  const { batch, sequence } = run.options
  const { weights } = run.layers
  const f = new Names(a.tape)
  const heads = weights.shapeNamed(`${block.name}.weights_proj.weight`)[0] ?? 1
  const headDim = weights.shapeNamed(`${block.name}.wk.weight`)[0] ?? 1
  const rope = run.forward.rotation?.features ?? 0
  const parts = [rope, headDim - rope]
  f.let('q', a.linear(`${block.name}.wq_b`, narrow))
  f.let('q', a.reshape(f.get('q'), [batch, sequence, heads, headDim]))
  const keyNorm = child(block, 'k_norm')
  const gain = keyNorm?.module.parameters?.['weight'] ?? []
  const keys = a.plain(a.linear(`${block.name}.wk`, input), [batch, sequence, headDim], (tensor) =>
    normOf('layerNorm', run.layers, `${block.name}.k_norm`, tensor, gain),
  )
  for (const [name, whole] of [
    ['q', f.get('q')],
    ['k', a.unsqueeze(keys, 2)],
  ] as const) {
    const given = name === 'k' ? f.let('k', whole) : whole
    const [rotating, passing] = a.split(given, parts)
    if (rotating) f.let(`${name} rotating`, rotating)
    if (passing) f.let(`${name} passing`, passing)
  }
  const isInterleaved = run.forward.attention.indexer === 'neighbours'
  rotateBoth(run, a, f, ['q rotating', 'k rotating'], { isInterleaved, heads: 2 })
  f.let('q', a.cat([f.get('q rotating'), f.get('q passing')], -1))
  f.let('k', a.squeeze(a.cat([f.get('k rotating'), f.get('k passing')], -1), 2))
  if (run.options.cache) f.let('k', keptArray(run, a, f.get('k')))
  const wide = f.let('wide', a.unsqueeze(a.to(a.transpose(f.get('k'), -1, -2), 'float32'), 1))
  // Autocast casts the keys before they are repeated.
  const { autocast, half } = run.layers
  const all = a.expand(autocast ? a.to(wide, half) : wide, [batch, sequence, headDim, sequence])
  const products = a.matmul(a.to(f.get('q'), 'float32'), all)
  f.delete('wide')
  f.let('scores', a.scale(products))
  f.let('scores', a.unary(f.get('scores'), 'relu', 'output'))
  const scorer = `${block.name}.weights_proj`
  f.let('weights', a.scale(a.to(a.linear(scorer, a.to(input, a.parameter(`${scorer}.weight`).dtype)), 'float32')))
  const sums = a.matmul(a.unsqueeze(f.get('weights'), -2), f.get('scores'))
  f.let('index scores', a.squeeze(sums, -2))
  const mask = a.make([batch, sequence, sequence], 'bool', 'bitwise_not')
  f.let('index scores', a.maskedFill(f.get('index scores'), mask))
  const count = [batch, sequence, Math.min(run.forward.attention.chosenTokens, sequence)]
  const values = a.make(count, 'float32', 'topk')
  const indices = a.make(count, 'int64', 'topk')
  a.done(values)
  const chosen = f.let('chosen', a.make(count, 'float32', '_to_copy'))
  a.done(indices)
  return f.returned(chosen)
}
