import type { CompressorAttention } from '../../../../architecture/index.js'
import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { DecoderRun } from '../../decoder-run.js'
import { isDropped } from '../../dropout.js'
import { child, type Named } from '../../submodules.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import { keptArray } from '../key-value-cache.js'
import { compressed } from './compressor.js'
import { type Angles, normed, rotatedEnd, unweighted } from './parts.js'

/** The output of attention, and its weights, which the layer holds. */
export interface Attended {
  readonly output: Shaped
  readonly weights: Shaped
}

/**
 * Attention with one head of keys, which are the values too: those of a window, and compressed ones of older tokens
 * (`DeepseekV4Attention` of transformers 5.24). The input has a name.
 */
export function compressorAttention(
  run: DecoderRun,
  a: GroupedArrays,
  block: Named,
  hidden: Shaped,
  attention: CompressorAttention,
): Attended {
  const { options, tables, mask, sizes } = run
  if (!tables || !mask) throw new UndescribedBlock(`${block.name} has no rotation or no mask`)
  const { batch, sequence } = options
  const { headDim } = sizes
  const f = new Names(a.tape)
  const half = [1, sequence, attention.rotatedFeatures / 2]
  const angles = { cos: a.borrowed(tables.cos, half), sin: a.borrowed(tables.sin, half) }
  const inHeads = (input: Shaped): Shaped => a.transpose(a.reshape(input, [batch, sequence, -1, headDim]), 1, 2)
  f.let('narrow', normed(run, a, block, 'q_a_norm', a.linear(`${block.name}.q_a_proj`, hidden)))
  f.let('q', inHeads(a.linear(`${block.name}.q_b_proj`, f.get('narrow'))))
  f.let('q', unweighted(a, f.get('q')))
  f.let('q', rotatedEnd(a, f.get('q'), angles))
  f.let('kv', inHeads(normed(run, a, block, 'kv_norm', a.linear(`${block.name}.kv_proj`, hidden))))
  f.let('kv', rotatedEnd(a, f.get('kv'), angles))
  const compressor = child(block, 'compressor')
  if (options.cache) {
    const keys = keptArray(run, a, f.get('kv'))
    // The cache of a layer without a compressor keeps values apart from keys.
    if (!compressor) a.done(keptArray(run, a, f.get('kv')))
    f.let('kv', keys)
  }
  f.let('mask', a.borrowed(mask, [batch, 1, sequence, sequence]))
  if (compressor) {
    const { keys, bias } = compressed(run, a, compressor, { hidden, narrow: f.get('narrow'), attention })
    f.let('compressed', keys)
    if (bias) f.let('bias', bias)
    f.let('kv', a.cat([f.get('kv'), f.get('compressed')], 2))
    const columns = f.get('kv').layout.shape[2] ?? sequence
    if (columns > sequence) f.let('mask', a.make([batch, 1, sequence, columns], mask.dtype, 'cat'))
  }
  const { output, weights } = withSinks(run, a, block, f)
  f.let('output', output)
  f.let('output', turnedBack(a, f.get('output'), angles))
  f.let('grouped', a.reshape(f.get('output'), [batch, sequence, attention.groups, -1]))
  f.let('grouped', grouped(a, `${block.name}.o_a_proj.weight`, f.get('grouped'), attention.groups))
  return { weights, output: f.returned(a.linear(`${block.name}.o_b_proj`, f.get('grouped'))) }
}

/** Eager attention with a sink of each head (`eager_attention_forward`). Both results have no name. */
function withSinks(run: DecoderRun, a: GroupedArrays, block: Named, given: Names): Attended {
  const { heads, headDim } = run.sizes
  const { batch, sequence } = run.options
  const f = new Names(a.tape)
  const kv = given.get('kv')
  const columns = kv.layout.shape[2] ?? sequence
  for (const name of ['key', 'value']) f.let(name, a.expand(kv, [batch, heads, columns, headDim]))
  f.let('weights', a.scale(a.matmul(given.get('q'), a.transpose(f.get('key'), 2, 3))))
  f.let('weights', a.add(f.get('weights'), given.get('mask')))
  const sinks = a.reshape(a.parameter(`${block.name}.sinks`), [1, heads, 1, 1])
  f.let('sinks', a.expand(sinks, [batch, heads, sequence, 1]))
  f.let('combined', a.cat([f.get('weights'), f.get('sinks')], -1))
  f.let('combined', a.sub(f.get('combined'), a.largest(f.get('combined'))))
  f.let('shares', a.softmax(f.get('combined')))
  f.let('scores', a.slice(f.get('shares'), -1, columns))
  const kept = isDropped(run, 'attention') ? a.dropout(f.get('scores')) : f.get('scores')
  f.let('weights', a.to(kept, kv.dtype))
  f.let('output', a.matmul(f.get('weights'), f.get('value')))
  f.let('output', a.contiguous(a.transpose(f.get('output'), 1, 2)))
  const [weights, output] = [f.get('weights'), f.get('output')]
  a.tape.alias(weights)
  a.tape.alias(output)
  f.free()
  return { weights: { ...weights, isNamed: false }, output: { ...output, isNamed: false } }
}

/** The output, `[batch, sequence, heads, features]`, rotated the other way. */
function turnedBack(a: GroupedArrays, output: Shaped, { cos, sin }: Angles): Shaped {
  const f = new Names(a.tape)
  f.let('x', a.transpose(output, 1, 2))
  const back = f.let('sin', a.neg(sin))
  return f.returned(a.transpose(rotatedEnd(a, f.get('x'), { cos, sin: back }), 1, 2))
}

/** A product for each group of heads (`DeepseekV4GroupedLinear`), and then all of them side by side. */
function grouped(a: GroupedArrays, name: string, given: Shaped, groups: number): Shaped {
  const f = new Names(a.tape)
  const [batch = 1, sequence = 1, , width = 1] = given.layout.shape
  f.let('w', a.transpose(a.reshape(a.parameter(name), [groups, -1, width]), 1, 2))
  f.let('x', a.transpose(a.reshape(given, [batch * sequence, groups, width]), 0, 1))
  f.let('y', a.transpose(a.batched(f.get('x'), f.get('w')), 0, 1))
  const made = f.returned(a.reshape(f.get('y'), [batch, sequence, groups, -1]))
  return a.reshape(made, [batch, sequence, -1])
}
