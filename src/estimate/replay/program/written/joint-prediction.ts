import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `MobileBertLMPredictionHead.forward` of `modeling_mobilebert.py` (transformers 4.57.6). */
export function jointPrediction({ arrays: a, names: f, batch, tokens, named, given }: WrittenRun): Shaped {
  const hidden = given('hidden', [batch * tokens, -1])
  const matrix = a.cat([a.transpose(a.parameter(named('decoder.weight')), 0, 1), a.parameter(named('dense.weight'))], 0)
  const logits = f.let('logits', a.mm(hidden, matrix))
  f.let('logits', a.addInPlace(logits, a.parameter(named('decoder.bias'))))
  return f.returned(f.get('logits'))
}
