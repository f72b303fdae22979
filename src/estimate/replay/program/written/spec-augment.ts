import type { SpecAugment } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import type { WrittenRun } from './written-run.js'

/** `Wav2Vec2Model._mask_hidden_states` of `modeling_wav2vec2.py` (transformers 4.57.6), with as many masked moments as there can be. */
export function specAugment(run: WrittenRun, { steps, hiddenSize, time, isOfFeatures }: SpecAugment): Shaped {
  const { arrays: a, names: f, batch, named, given } = run
  const [length = 1] = run.shape(steps)
  const shape = [batch, length, hiddenSize]
  f.let('hidden', given('hidden', shape))
  if (time) {
    f.let('moments', a.make([batch, length], 'bool', 'to'))
    const vector = a.to(a.parameter(named('masked_spec_embed')), f.get('hidden').dtype)
    const rows = a.expand(vector, [batch * masked(time, length), hiddenSize])
    f.let('hidden', a.of(a.layers.ops.put(f.get('hidden'), f.get('moments'), rows), shape))
    a.done(rows)
  }
  if (isOfFeatures) {
    f.let('features', a.make([batch, hiddenSize], 'bool', 'to'))
    f.let('hidden', a.maskedFillInPlace(f.get('hidden'), a.expand(a.unsqueeze(f.get('features'), 1), shape)))
  }
  return f.returned(f.get('hidden'))
}

/** The moments that `_compute_mask_indices` masks at most. */
function masked({ share, length, least }: NonNullable<SpecAugment['time']>, steps: number): number {
  if (length > steps)
    throw new UndescribedBlock(
      `no model for spans of ${length} moments in a sound of ${steps}: transformers refuses them; pass more \`audioSeconds\``,
    )
  const count = Math.max(Math.floor((share * steps) / length) + 1, least)
  return Math.min(count, Math.floor(steps / length)) * length
}
