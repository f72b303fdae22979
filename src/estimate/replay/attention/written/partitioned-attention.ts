import type { PartitionedAttention } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'
import { checkRotated, rotatedNeighbours } from './rotated-neighbours.js'

/** The partitions of the projection, for the cores of the chips that CodeGen was trained on. */
const PARTITIONS = 4

/** `CodeGenAttention.forward` of `modeling_codegen.py` (transformers 4.57.6). */
export function partitionedAttention(
  run: AttentionRun,
  { rotatedFeatures }: PartitionedAttention,
  input: Shaped,
): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim, cached } = run
  checkRotated(run, rotatedFeatures)
  const projected = f.let('projected', a.linear(`${name}.qkv_proj`, input))
  const parts = f.let('parts', a.reshape(projected, [batch, tokens, PARTITIONS, -1]))
  const share = (heads * headDim) / PARTITIONS
  for (const [index, part] of a.split(parts, [share, share, share]).entries())
    f.let(['query', 'value', 'key'][index] ?? '', part)
  const headed = (part: string): Shaped => {
    const inPartition = a.reshape(f.get(part), [batch, tokens, PARTITIONS, heads / PARTITIONS, headDim])
    return a.reshape(inPartition, [batch, tokens, heads, headDim])
  }
  f.let('query', headed('query'))
  f.let('key', headed('key'))
  f.let('value', a.permute(headed('value'), [0, 2, 1, 3]))
  f.let('angles', a.make([1, tokens, rotatedFeatures], 'float32', 'index'))
  for (const part of ['key', 'query']) {
    f.let(`${part} rotating`, a.slice(f.get(part), -1, rotatedFeatures))
    f.let(`${part} passing`, a.slice(f.get(part), -1, headDim - rotatedFeatures))
  }
  for (const part of ['key', 'query'])
    f.let(`${part} rotating`, rotatedNeighbours(run, f.get(`${part} rotating`), f.get('angles')))
  for (const part of ['key', 'query']) f.let(part, a.cat([f.get(`${part} rotating`), f.get(`${part} passing`)], -1))
  for (const part of ['key', 'query']) f.let(part, a.permute(f.get(part), [0, 2, 1, 3]))
  if (run.caches) {
    const [keys, values] = [cached(a.to(f.get('key'), input.dtype)), cached(f.get('value'))]
    f.let('key', keys)
    f.let('value', values)
  }
  const output = f.let('output', weighted(run, f.get('query'), f.get('key'), f.get('value')))
  const merged = f.let('output', a.contiguous(a.permute(output, [0, 2, 1, 3])))
  f.let('output', a.reshape(merged, [batch, tokens, heads * headDim]))
  f.let('output', a.linear(`${name}.out_proj`, f.get('output')))
  return f.returned(f.let('output', run.dropped('attended', f.get('output'))))
}

/** Eager attention in float32 (`_attn`). */
function weighted(run: AttentionRun, query: Shaped, key: Shaped, value: Shaped): Shaped {
  const { arrays: a, mask, keep } = run
  const f = new Names(a.tape)
  const wideQuery = f.let('query', a.to(query, 'float32'))
  const wideKey = f.let('key', a.to(key, 'float32'))
  f.let('weights', a.matmul(wideQuery, a.transpose(wideKey, -1, -2)))
  f.let('weights', a.addInPlace(f.get('weights'), mask))
  f.let('weights', a.scale(f.get('weights')))
  const scores = f.get('weights')
  f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  const whole = f.let('weights', a.to(f.get('weights'), value.dtype))
  const weights = f.let('weights', run.dropped('attention', whole))
  const output = a.matmul(weights, value)
  keep(weights)
  return f.returned(output)
}
