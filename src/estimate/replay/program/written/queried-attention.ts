import type { QueriedAttention } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import { affine } from './probing-attention.js'
import type { WrittenRun } from './written-run.js'

/** `multi_head_attention_forward` of `torch/nn/functional.py` (torch 2.11), of queries that are not the keys, with a mask of booleans. */
export function queriedAttention(run: WrittenRun, { heads, queries, keys, batch }: QueriedAttention): Shaped {
  const { arrays: a, names: f, named, given } = run
  const at = (name: string): Shaped => a.parameter(named(`multihead_attn.${name}`))
  const weight = at('out_proj.weight')
  if (weight.storedAs)
    throw new UndescribedBlock(
      `torch's MultiheadAttention reads the weight of ${named('multihead_attn.out_proj')} itself, which does not work with packed weights: pass \`quantization: 'none'\``,
    )
  const [images = 1] = run.shape(batch)
  const features = weight.layout.shape[1] ?? 1
  const inputs = [
    { name: 'query', rows: queries },
    { name: 'key', rows: keys },
    { name: 'value', rows: keys },
  ].map(({ name, rows }) => ({ name, rows, input: a.transpose(given(name, [images, rows, features]), 0, 1) }))
  // Added to the scores, of which baddbmm makes no copy.
  f.let('mask', a.make([images * heads, queries, keys], given('query', [-1]).dtype, 'zeros_like'))
  const sizes = [features, features, features]
  const matrices = a.split(at('in_proj_weight'), sizes, 0)
  const vectors = a.split(at('in_proj_bias'), sizes, 0)
  for (const [index, { name, input }] of inputs.entries()) {
    const [matrix, vector] = [matrices[index], vectors[index]]
    if (!matrix || !vector) throw new Error('a parameter has three parts')
    f.let(name, affine(run, input, f.let('matrix', matrix), f.let('vector', vector)))
  }
  for (const name of ['matrix', 'vector']) f.delete(name)
  for (const { name, rows } of inputs)
    f.let(name, a.transpose(a.reshape(f.get(name), [rows, images * heads, -1]), 0, 1))
  f.let('scaled', a.scale(f.get('query')))
  f.let('weights', a.batched(f.get('scaled'), a.transpose(f.get('key'), 1, 2)))
  f.let('weights', a.softmax(a.layers.autocast ? a.to(f.get('weights'), 'float32') : f.get('weights')))
  f.let('out', a.batched(f.get('weights'), f.get('value')))
  f.let('out', a.reshape(a.contiguous(a.transpose(f.get('out'), 0, 1)), [queries * images, features]))
  f.let('out', affine(run, f.get('out'), weight, at('out_proj.bias')))
  // The mean of the weights over the heads, which nothing uses.
  f.let('mean', a.make([images, queries, keys], f.get('weights').dtype, 'mean'))
  return f.returned(a.transpose(a.reshape(f.get('out'), [queries, images, features]), 0, 1))
}
