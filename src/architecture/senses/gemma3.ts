import { sizeInWords } from '../image-grid.js'
import { type Count, copied, give, layerNormed, make, normed, type Steps, set, TOKENS } from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import type { FindSense } from '../sense.js'
import { siglipEncoder } from './encoders.js'

/** Gemma 3: SigLIP's patches, pooled to fewer, and masks in which the tokens of an image see each other. */
export const gemma3Images: FindSense = (config, _, prefix) => {
  const vision = config.object('vision_config')
  const tower = siglipEncoder(vision)
  const { side, channels, hiddenSize, patches } = tower.sizes
  const tokens = config.positive('mm_tokens_per_image', 256)
  const features = config.object('text_config').positive('hidden_size', 2304)
  const at = `${prefix}vision_tower.`
  const pooled: Count = ['images', tokens, hiddenSize]
  const projector: Steps = [
    set('rows', copied('seen')),
    set('pooled', { op: 'pool', of: 'rows', count: pooled }),
    set('normal', normed('rmsNormPlusOne', 'mm_soft_emb_norm', 'pooled')),
    set('projected', { op: 'times', of: 'normal', by: 'mm_input_projection_weight', parts: ['images'] }),
    give({ op: 'own', of: 'projected' }),
  ]
  const steps: Steps = [
    ...tower.steps(at, tower.layers, false),
    set('hidden', layerNormed(`${at}vision_model.post_layernorm`, 'hidden')),
    give({ op: 'call', at: `${prefix}multi_modal_projector`, with: { seen: 'hidden' }, steps: projector }),
  ]
  return {
    tokens,
    isResized: true,
    input: sizeInWords({ width: side, height: side }),
    buffers: [{ count: ['images', channels, side, side], type: 'float32' }, { count: [patches] }, { count: TOKENS }],
    passes: [`${prefix}vision_tower`, `${prefix}multi_modal_projector`],
    unused: [`${at}vision_model.head.`],
    returned: ['features'],
    masks: 'eachSequence',
    steps: [
      set('pixels', { op: 'input', count: ['images', channels, side, side], type: 'float32' }),
      ...withFeatures({ op: 'call', steps, with: { pixels: 'pixels' } }, ['images', tokens, features]),
      set('isImage', make(TOKENS, 'bool')),
      set('starts', make(TOKENS, 'bool')),
      set('groups', make(TOKENS, 'int64')),
    ],
  }
}
