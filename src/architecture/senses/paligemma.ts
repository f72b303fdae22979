import { sizeInWords } from '../image-grid.js'
import { give, layerNormed, make, project, type Steps, set, TOKENS } from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import type { FindSense } from '../sense.js'
import { siglipEncoder } from './encoders.js'

/** The encoder of a PaliGemma without `vision_config`. */
export const PALIGEMMA_VISION = {
  hidden_size: 1152,
  intermediate_size: 4096,
  num_hidden_layers: 27,
  num_attention_heads: 16,
  patch_size: 14,
  vision_use_head: false,
}

/** PaliGemma: SigLIP's patches through one layer, scaled down, and a mask of numbers for each sequence. */
export const paligemmaImages: FindSense = (config, _, prefix) => {
  const stated = config.object('vision_config')
  const tower = siglipEncoder(config.has('vision_config') ? stated : stated.withDefaults(PALIGEMMA_VISION))
  const { side, channels, patches } = tower.sizes
  const features = config.object('text_config').positive('hidden_size', 2048)
  const at = `${prefix}vision_tower.`
  const steps: Steps = [
    ...tower.steps(at, tower.layers, false),
    set('seen', layerNormed(`${at}vision_model.post_layernorm`, 'hidden')),
    { drop: 'hidden' },
    set('projected', project(`${prefix}multi_modal_projector.linear`, 'seen')),
    set('projected', { op: 'scale', of: 'projected' }),
    give('projected'),
  ]
  return {
    tokens: patches,
    isResized: true,
    input: sizeInWords({ width: side, height: side }),
    buffers: [
      { count: ['images', channels, side, side], type: 'float32' },
      { count: [patches] },
      // The type of each token, and the mask of the batch.
      { count: [...TOKENS, 2] },
    ],
    passes: [`${prefix}vision_tower`, `${prefix}multi_modal_projector`],
    unused: [`${at}vision_model.head.`],
    returned: ['features'],
    given: ['positions'],
    masks: 'numbers',
    isBeforeScale: true,
    steps: [
      set('positions', make(['sequence', 1], 'int64')),
      set('pixels', { op: 'input', count: ['images', channels, side, side], type: 'float32' }),
      ...withFeatures({ op: 'call', steps, with: { pixels: 'pixels' } }, ['images', patches, features]),
      set('merged', 'embedded'),
    ],
  }
}
