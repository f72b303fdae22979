import { patchesIn, sideOf, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import {
  activated,
  call,
  give,
  layerNormed,
  lookup,
  make,
  part,
  plus,
  project,
  scaled,
  set,
  summed,
  words,
} from './build.js'
import { type Count, TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Step, Steps, Value } from './steps.js'
import { clipEmbeddings, clipLayerSteps, IMAGES, type ImageSizes, pixels } from './vision.js'

/** CLIP (`CLIPModel`): as many images as texts, each as one vector, and the contrastive loss between all pairs of a batch. */
export function clipProgram(config: ConfigReader, text: Dimensions): Program {
  const images = clipSizes(config.object('vision_config'))
  return {
    buffers: [{ count: TOKENS }, pixels(images), { count: [images.patches + 1] }, { count: [text.contextTokens ?? 0] }],
    says: [
      'The texts come without a mask, as captions of one length; with the mask of a processor, each layer of the text encoder needs two bytes more for each pair of tokens of a sequence',
    ],
    steps: [
      set('pixels', IMAGES(images)),
      ...clipImageTower(images),
      ...clipTextTower(config.object('text_config'), text),
      set('imageVector', project('visual_projection', 'imagePooled')),
      set('textVector', project('text_projection', 'textPooled')),
      ...normalised('imageVector'),
      ...normalised('textVector'),
      set('logits', { op: 'product', of: ['textVector', 'imageVector'], count: ['batch', 'batch'] }),
      set('scale', activated('exp', { op: 'parameter', name: 'logit_scale' })),
      set('logits', { op: 'multiply', of: ['logits', 'scale'] }),
      { drop: 'scale' },
      give('logits'),
    ],
    returned: CLIP_OUTPUT,
    loss: scaled(plus({ op: 'entropy', of: 'result' }, { op: 'entropy', of: 'result' })),
  }
}

/** What `CLIPOutput` and `SiglipOutput` hold of both encoders. */
export const CLIP_OUTPUT = [
  'imageVector',
  'textVector',
  'imageHidden',
  'imagePooled',
  'textHidden',
  'textPooled',
] as const

/** Reads the sizes of CLIP's encoder of images. */
export function clipSizes(vision: ConfigReader): ImageSizes {
  const read = visionSizes(vision, {
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    patch_size: 32,
  })
  return {
    ...read,
    side: sideOf(vision, 'image_size', 224),
    patches: patchesIn(vision, read, 224),
    activation: vision.string('hidden_act', 'quick_gelu'),
  }
}

/** The encoder of images. Its output lives until the model returns. */
export function clipImageTower(sizes: ImageSizes): Steps {
  const at = 'vision_model'
  return [
    set('hidden', call(clipEmbeddings(sizes), { pixels: 'pixels' }, `${at}.embeddings`)),
    set('hidden', layerNormed(`${at}.pre_layrnorm`, 'hidden')),
    set('first', 'hidden'),
    { each: `${at}.encoder.layers`, carries: 'hidden', kinds: [clipLayerSteps(sizes, [sizes.patches + 1])] },
    set('imagePooled', part('hidden', ['batch', sizes.hiddenSize])),
    set('imagePooled', layerNormed(`${at}.post_layernorm`, 'imagePooled')),
    { drop: 'first' },
    set('imageHidden', 'hidden'),
  ]
}

/** CLIP's encoder of texts: causal, with a mask of numbers, and the vector of the token that ends a text. */
export const clipTextTower = (config: ConfigReader, sizes: Dimensions): Steps =>
  textTower(sizes, {
    activation: config.string('hidden_act', 'quick_gelu'),
    mask: 'mask',
    pooling: [
      set('textPooled', {
        op: 'rows',
        of: 'hidden',
        count: ['batch', sizes.hiddenSize],
        by: make(['batch', 2], 'int64'),
      }),
    ],
  })

/** How a text encoder of CLIP's kind runs. */
interface TextTower {
  readonly activation: string
  /** The mask that all layers get. Default: none. */
  readonly mask?: string
  /** From `hidden` to `textPooled`, the vector of a text. */
  readonly pooling: Steps
}

/** An encoder of captions, whose output lives until the model returns. */
export function textTower({ hiddenSize, heads }: Dimensions, { activation, mask, pooling }: TextTower): Steps {
  const at = 'text_model'
  const embeddings: Steps = [
    set('words', words('token_embedding')),
    set('places', lookup('position_embedding', ['sequence'])),
    set('sum', plus('words', 'places')),
    give('sum'),
  ]
  const sizes = { hiddenSize, heads, activation, channels: 3, side: 0, patches: 0 }
  const layer = clipLayerSteps(sizes, ['sequence'], mask)
  return [
    set('hidden', call(embeddings, {}, `${at}.embeddings`)),
    set('first', 'hidden'),
    ...(mask === undefined ? [] : [set(mask, make(['sequence', 'sequence'], 'model'))]),
    { each: `${at}.encoder.layers`, carries: 'hidden', ...(mask !== undefined && { given: [mask] }), kinds: [layer] },
    set('hidden', layerNormed(`${at}.final_layer_norm`, 'hidden')),
    ...pooling,
    { drop: 'first' },
    ...(mask === undefined ? [] : [{ drop: mask }]),
    set('textHidden', 'hidden'),
    { drop: 'hidden' },
  ]
}

/** A vector divided by its length, which the code computes in steps. */
function normalised(name: string): Step[] {
  const one: Count = ['batch']
  const length: Value = activated('pow', summed(activated('pow', name), one))
  return [set(name, { op: 'multiply', of: [name, length] })]
}
