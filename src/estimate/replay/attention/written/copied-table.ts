import type { CopiedTable } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'
import { attendInFloat32 } from './float32-scores.js'
import { rotateFirst } from './rotated-neighbours.js'

/** `GPTJAttention.forward` of `modeling_gptj.py` (transformers 4.57.6). */
export function copiedTable(run: AttentionRun, { rotatedFeatures, positions }: CopiedTable, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim, cached } = run
  const shape = [batch, tokens, heads, headDim]
  for (const part of ['query', 'key', 'value']) f.let(part, a.linear(`${name}.${part[0]}_proj`, input))
  for (const part of ['query', 'key']) f.let(part, a.reshape(f.get(part), shape))
  f.let('value', a.permute(a.reshape(f.get('value'), shape), [0, 2, 1, 3]))
  f.let('embed_positions', a.make([1, positions, rotatedFeatures], 'float32', 'repeat'))
  f.let('repeated_position_ids', a.make([1, tokens, rotatedFeatures], 'int64', 'repeat'))
  f.let('sincos', a.to(a.make([1, tokens, rotatedFeatures], 'float32', 'gather'), f.get('key').dtype))
  rotateFirst(run, rotatedFeatures, f.get('sincos'))
  for (const part of ['key', 'query']) f.let(part, a.permute(f.get(part), [0, 2, 1, 3]))
  if (run.caches) for (const part of ['key', 'value']) f.let(part, cached(f.get(part)))
  return attendInFloat32(run, ['scale', 'add'])
}
