import type { SoundAdapter } from '../../../../architecture/index.js'
import { layerNormed } from '../../arrays/norms.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `Wav2Vec2Adapter.forward` of `modeling_wav2vec2.py` (transformers 4.57.6), with all of its layers. */
export function soundAdapter(run: WrittenRun, { steps, size }: SoundAdapter): Shaped {
  const { arrays: a, names: f, batch, named, given } = run
  const [first = 1, ...lengths] = steps.flatMap((count) => run.shape(count))
  f.let('hidden', given('hidden', [batch, first, -1]))
  if (a.has(`${named('proj')}.weight`)) {
    f.let('hidden', a.linear(named('proj'), f.get('hidden')))
    f.let('hidden', layerNormed(a, named('proj_layer_norm'), f.get('hidden')))
  }
  f.let('hidden', a.transpose(f.get('hidden'), 1, 2))
  for (const [index, length] of lengths.entries()) {
    const wide = a.convolution(named(`layers.${index}.conv`), f.get('hidden'), [batch, 2 * size, length])
    f.let('hidden', a.gatedHalves(wide, 1))
  }
  return f.returned(f.get('hidden'))
}
