import type { CopiedTable } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'
import { checkRotated, rotatedNeighbours } from './rotated-neighbours.js'

/** `GPTJAttention.forward` of `modeling_gptj.py` (transformers 4.57.6). */
export function copiedTable(run: AttentionRun, { rotatedFeatures, positions }: CopiedTable, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim, cached } = run
  checkRotated(run, rotatedFeatures)
  const shape = [batch, tokens, heads, headDim]
  for (const part of ['query', 'key', 'value']) f.let(part, a.linear(`${name}.${part[0]}_proj`, input))
  for (const part of ['query', 'key']) f.let(part, a.reshape(f.get(part), shape))
  f.let('value', a.permute(a.reshape(f.get('value'), shape), [0, 2, 1, 3]))
  f.let('embed_positions', a.make([1, positions, rotatedFeatures], 'float32', 'repeat'))
  f.let('repeated_position_ids', a.make([1, tokens, rotatedFeatures], 'int64', 'repeat'))
  f.let('sincos', a.to(a.make([1, tokens, rotatedFeatures], 'float32', 'gather'), f.get('key').dtype))
  rotateFirst(run, rotatedFeatures)
  for (const part of ['key', 'query']) f.let(part, a.permute(f.get(part), [0, 2, 1, 3]))
  if (run.caches) for (const part of ['key', 'value']) f.let(part, cached(f.get(part)))
  const output = f.let('output', weighted(run, f.get('query'), f.get('key'), f.get('value')))
  const merged = f.let('output', a.contiguous(a.permute(output, [0, 2, 1, 3])))
  f.let('output', a.reshape(merged, [batch, tokens, heads * headDim]))
  f.let('output', a.linear(`${name}.out_proj`, f.get('output')))
  return f.returned(f.let('output', run.dropped('attended', f.get('output'))))
}

/** Rotates the first features of each head. The parts keep their names. */
function rotateFirst(run: AttentionRun, rotatedFeatures: number): void {
  const { arrays: a, names: f, headDim } = run
  for (const part of ['key', 'query']) {
    f.let(`${part} rotating`, a.slice(f.get(part), -1, rotatedFeatures))
    f.let(`${part} passing`, a.slice(f.get(part), -1, headDim - rotatedFeatures))
  }
  for (const part of ['key', 'query'])
    f.let(`${part} rotating`, rotatedNeighbours(run, f.get(`${part} rotating`), f.get('sincos')))
  for (const part of ['key', 'query']) f.let(part, a.cat([f.get(`${part} rotating`), f.get(`${part} passing`)], -1))
}

/** Eager attention in float32 (`_attn`). */
function weighted(run: AttentionRun, query: Shaped, key: Shaped, value: Shaped): Shaped {
  const { arrays: a, mask, keep } = run
  const f = new Names(a.tape)
  const wideQuery = f.let('query', a.to(query, 'float32'))
  const wideKey = f.let('key', a.to(key, 'float32'))
  f.let('weights', a.matmul(wideQuery, a.transpose(wideKey, -1, -2)))
  f.let('weights', a.scale(f.get('weights')))
  f.let('weights', a.add(f.get('weights'), mask))
  const scores = f.get('weights')
  f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  const whole = f.let('weights', a.to(f.get('weights'), value.dtype))
  const weights = f.let('weights', run.dropped('attention', whole))
  const output = a.matmul(weights, value)
  keep(weights)
  return f.returned(output)
}
