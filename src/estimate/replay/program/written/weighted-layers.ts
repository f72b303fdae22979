import type { WeightedLayers } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `use_weighted_layer_sum` of `Wav2Vec2ForSequenceClassification.forward` (transformers 4.57.6). The layers come last here, and not behind the batch. */
export function weightedLayers(run: WrittenRun, { states, steps }: WeightedLayers): Shaped {
  const { arrays: a, names: f, batch, named, given } = run
  const [length = 1] = run.shape(steps)
  const all = states.map((name) => given(name, [batch, length, -1]))
  // Autocast casts all to the widest of them first (`AUTOCAST_PROMOTE` of torch's autocast_mode.h).
  const isWide = all.some(({ dtype }) => dtype === 'float32')
  f.let('states', a.stack(isWide ? all.map((state) => a.to(state, 'float32')) : all))
  const weights = a.parameter(named('layer_weights'))
  f.let('weights', a.softmax(weights))
  return f.returned(a.sum(a.mul(f.get('states'), f.get('weights')), [-1]))
}
