import type { PartitionedAttention } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'
import { attendInFloat32 } from './float32-scores.js'
import { rotateFirst } from './rotated-neighbours.js'

/** The partitions of the projection, for the cores of the chips that CodeGen was trained on. */
const PARTITIONS = 4

/** `CodeGenAttention.forward` of `modeling_codegen.py` (transformers 4.57.6). */
export function partitionedAttention(
  run: AttentionRun,
  { rotatedFeatures }: PartitionedAttention,
  input: Shaped,
): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim, cached } = run
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
  rotateFirst(run, rotatedFeatures, f.get('angles'))
  for (const part of ['key', 'query']) f.let(part, a.permute(f.get(part), [0, 2, 1, 3]))
  if (run.caches) {
    const [keys, values] = [cached(a.to(f.get('key'), input.dtype)), cached(f.get('value'))]
    f.let('key', keys)
    f.let('value', values)
  }
  return attendInFloat32(run, ['addInPlace', 'scale'])
}
