import type { SpeakerLoss, StepsDeviation, TimeDelay } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { entropy } from '../../loss/loss.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import type { WrittenRun } from './written-run.js'

/** `TDNNLayer.forward` of `modeling_wav2vec2.py` (transformers 4.57.6), which reads the weight of its linear layer itself. */
export function timeDelay(run: WrittenRun, { from, to, kernel }: TimeDelay): Shaped {
  const { arrays: a, names: f, batch, named } = run
  const [length = 1, width = 1] = run.shape(to)
  const weight = a.parameter(named('kernel.weight'))
  if (a.layers.weights.adapter(named('kernel')))
    throw new UndescribedBlock(
      `an adapter on ${named('kernel')} has no effect: the code reads the weight of this layer itself; name other \`targetModules\`, such as "q_proj"`,
    )
  if (weight.storedAs)
    throw new UndescribedBlock(
      `the code reads the weight of ${named('kernel')} itself, which does not work with packed weights: pass \`quantization: 'none'\``,
    )
  f.let('x', a.transpose(statesOf(run, from), 1, 2))
  f.let('weight', a.transpose(a.reshape(weight, [width, kernel, -1]), 1, 2))
  f.let('x', a.turnedConvolution(named('kernel'), f.get('x'), [batch, width, length], f.get('weight')))
  f.let('x', a.transpose(f.get('x'), 1, 2))
  f.let('x', a.unary(f.get('x'), 'relu', 'output'))
  return f.returned(f.get('x'))
}

/** `hidden_states.std(dim=1)` */
export function stepsDeviation(run: WrittenRun, { shape }: StepsDeviation): Shaped {
  return run.arrays.deviation(statesOf(run, shape))
}

/** `x` as `[batch, steps, channels]`. */
function statesOf(run: WrittenRun, shape: TimeDelay['from']): Shaped {
  return run.given('x', [run.batch, ...run.shape(shape)])
}

/** `AMSoftmaxLoss.forward` of `modeling_wav2vec2.py` (transformers 4.57.6). */
export function speakerLoss(run: WrittenRun, { speakers }: SpeakerLoss): Shaped {
  const { arrays: a, names: f, batch, named, given } = run
  f.let('weight', normalised(run, a.parameter(named('weight')), 0))
  f.let('hidden', normalised(run, given('result', [batch, -1]), 1))
  f.let('cosines', a.mm(f.get('hidden'), f.get('weight')))
  f.let('less', a.shift(f.get('cosines')))
  f.let('places', a.make([batch, speakers], 'int64', 'zeros'))
  const mask = a.make([batch, speakers], 'bool', '_to_copy')
  f.let('logits', a.scale(a.chosen(mask, f.get('less'), f.get('cosines'))))
  const wide = a.layers.autocast ? a.to(f.get('logits'), 'float32') : f.get('logits')
  return f.returned(a.plain(wide, [], (logits) => entropy(a.layers, logits)))
}

/** `torch.nn.functional.normalize` */
function normalised({ arrays: a }: WrittenRun, input: Shaped, dim: number): Shaped {
  const own = new Names(a.tape)
  own.let('length', a.clamp(a.vectorNorm(input, dim), ['ge']))
  return own.returned(a.divide(input, own.get('length')))
}
