import type { ConfigReader } from '../config-reader.js'
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

/** How SigLIP's patches get among the embeddings of PaliGemma: through one layer, and scaled down. */
export function paligemmaPatches(config: ConfigReader, prefix: string) {
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
  const pixels = { count: ['images', channels, side, side], type: 'float32' } as const
  const sense = {
    tokens: patches,
    isResized: true,
    input: sizeInWords({ width: side, height: side }),
    passes: [`${prefix}vision_tower`, `${prefix}multi_modal_projector`],
    unused: [`${at}vision_model.head.`],
    isBeforeScale: true,
  }
  return {
    sense,
    /** The places of patches. */
    places: { count: [patches] } as const,
    pixels,
    /** From the variable `pixels`. */
    merged: [
      ...withFeatures({ op: 'call', steps, with: { pixels: 'pixels' } }, ['images', patches, features]),
      set('merged', 'embedded'),
    ] satisfies Steps,
  }
}

/** PaliGemma: its patches, and a mask of numbers for each sequence. */
export const paligemmaImages: FindSense = (config, _, prefix) => {
  const { sense, places, pixels, merged } = paligemmaPatches(config, prefix)
  return {
    ...sense,
    // The type of each token, and the mask of the batch.
    buffers: [pixels, places, { count: [...TOKENS, 2] }],
    returned: ['features'],
    given: ['positions'],
    masks: 'numbers',
    steps: [set('positions', make(['sequence', 1], 'int64')), set('pixels', { op: 'input', ...pixels }), ...merged],
  }
}
