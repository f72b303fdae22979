import type { PositionalConvolution } from '../../../../architecture/index.js'
import { contiguous } from '../../arrays/layout.js'
import { batchNormed } from '../../arrays/norms.js'
import type { Shaped } from '../../arrays/shaped.js'
import { DTYPE_BYTES } from '../../dtype.js'
import { activated } from './activated.js'
import type { WrittenRun } from './written-run.js'

/** `Wav2Vec2PositionalConvEmbedding.forward` and HuBERT's of `modeling_wav2vec2.py` (transformers 4.57.6). */
export function positionalConvolution(
  run: WrittenRun,
  { steps, kernel, activation, normsBatch }: PositionalConvolution,
): Shaped {
  const { arrays: a, names: f, batch, named, given } = run
  const [length = 1] = run.shape(steps)
  f.let('x', a.transpose(given('hidden', [batch, length, -1]), 1, 2))
  const [, features = 1] = f.get('x').layout.shape
  // An even kernel makes one step more, which is cut off.
  const made = kernel % 2 === 0 ? length + 1 : length
  if (normsBatch) f.let('x', batchNormed(a, named('batch_norm'), f.get('x')))
  const weight = normsBatch ? undefined : normedWeight(run)
  f.let('x', a.convolution(named('conv'), f.get('x'), [batch, features, made], weight))
  if (made > length) f.let('x', a.slice(f.get('x'), -1, length))
  f.let('x', activated(a, activation, f.get('x')))
  f.let('x', a.transpose(f.get('x'), 1, 2))
  return f.returned(f.get('x'))
}

/** A weight made of a direction and lengths, in one kernel that saves the lengths in float32 (`_weight_norm_interface` of torch). */
function normedWeight({ arrays: a, named }: WrittenRun): Shaped {
  const { tape } = a
  const [lengths, direction] = [0, 1].map((index) =>
    a.parameter(named(`conv.parametrizations.weight.original${index}`)),
  )
  if (!lengths || !direction) throw new Error('a weight has lengths and a direction')
  const { elements, dtype, layout } = direction
  const norms = tape.tensor(lengths.elements, 'float32', '_weight_norm_interface')
  const inputs = [direction, lengths]
  const output = tape.record(
    inputs,
    { before: inputs, after: () => [norms.storage] },
    () => tape.tensor(elements, dtype, '_weight_norm_interface'),
    () => {
      const gradients = inputs.map((one) => tape.ledger.allocate(one.elements * DTYPE_BYTES[one.dtype]))
      tape.ledger.observe('_weight_norm_interface_backward')
      return gradients
    },
  )
  tape.free(norms)
  return { ...output, layout: contiguous(layout.shape), isNamed: false }
}
