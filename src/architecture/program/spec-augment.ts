import type { ConfigReader } from '../config-reader.js'
import { call, give, set, written } from './build.js'
import type { Frames } from './count.js'
import type { Steps } from './steps.js'

/** The share of moments that SpecAugment masks, and whether it masks features. */
export function masks(config: ConfigReader): { readonly share: number; readonly isOfFeatures: boolean } {
  const isOn = config.boolean('apply_spec_augment', true)
  const share = config.number('mask_time_prob', 0.05)
  const isOfFeatures = config.number('mask_feature_prob', 0) > 0
  return { share: isOn ? share : 0, isOfFeatures: isOn && isOfFeatures }
}

/** SpecAugment's masks (arXiv:1904.08779), in training. */
export function specAugment(config: ConfigReader, at: string, frames: Frames): Steps {
  const { share, isOfFeatures } = masks(config)
  if (!(share > 0 || isOfFeatures)) return []
  const time = {
    share,
    length: config.integer('mask_time_length', 10),
    least: config.integer('mask_time_min_masks', 2),
  }
  const masked = written({
    kind: 'specAugment',
    steps: [frames],
    hiddenSize: config.positive('hidden_size', 768),
    ...(share > 0 && { time }),
    isOfFeatures,
  })
  return [{ trains: [set('projected', call([give(masked)], { hidden: 'projected' }, at.slice(0, -1)))] }]
}
