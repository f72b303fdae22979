import { SIGLIP_DEFAULTS } from '../blocks/siglip.js'
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
  written,
} from './build.js'
import { CLIP_OUTPUT, textTower } from './clip.js'
import { type Count, TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Steps, Value } from './steps.js'
import { clipLayerSteps, IMAGES, type ImageSizes, patchesOf, pixels } from './vision.js'

/** Every text with every image. */
const PAIRS: Count = ['batch', 'batch']

/** Reads the sizes of SigLIP's encoder of images. */
export function siglipSizes(vision: ConfigReader): ImageSizes {
  const read = visionSizes(vision, SIGLIP_DEFAULTS)
  return {
    ...read,
    side: sideOf(vision, 'image_size', 224),
    patches: patchesIn(vision, read, 224),
    activation: vision.string('hidden_act', 'gelu_pytorch_tanh'),
  }
}

/** Patches with learned positions (`SiglipVisionEmbeddings`). */
export const siglipEmbeddings = (sizes: ImageSizes): Steps => [
  set('patches', patchesOf('patch_embedding', sizes)),
  set('sum', plus('patches', lookup('position_embedding', [sizes.patches]))),
  give('sum'),
]

/** SigLIP's encoder of images, to `hidden` and, if it has a head, `imagePooled`. */
export function siglipVisionSteps(
  vision: ConfigReader,
  sizes: ImageSizes,
  { embeddings = siglipEmbeddings(sizes), isMasked = false } = {},
): Steps {
  const at = 'vision_model'
  const mask = isMasked ? 'imageMask' : undefined
  const layer = clipLayerSteps(sizes, [sizes.patches], mask)
  return [
    set('hidden', call(embeddings, { pixels: 'pixels' }, `${at}.embeddings`)),
    set('first', 'hidden'),
    ...(mask === undefined ? [] : [set(mask, make(['batch', sizes.patches, sizes.patches], 'model'))]),
    { each: `${at}.encoder.layers`, carries: 'hidden', ...(mask !== undefined && { given: [mask] }), kinds: [layer] },
    set('hidden', layerNormed(`${at}.post_layernorm`, 'hidden')),
    ...(vision.boolean('vision_use_head', true)
      ? [set('imagePooled', call(poolingHead(sizes), { hidden: 'hidden' }, `${at}.head`))]
      : []),
    { drop: 'first' },
    ...(mask === undefined ? [] : [{ drop: mask }]),
    set('imageHidden', 'hidden'),
  ]
}

/** SigLIP 2's encoder of images, from its inputs to `imageHidden`: as many patches as it has positions, each a flat vector, with a mask. */
export function siglip2Images(vision: ConfigReader): Pick<Program, 'buffers' | 'says' | 'steps'> {
  const read = visionSizes(vision, SIGLIP_DEFAULTS)
  const patches = vision.integer('num_patches', 256)
  const sizes = { ...read, side: 0, patches, activation: vision.string('hidden_act', 'gelu_pytorch_tanh') }
  const count: Count = ['batch', patches, read.channels, read.patch, read.patch]
  const embeddings: Steps = [
    set('patches', project('patch_embedding', { op: 'own', of: 'pixels' })),
    // The positions of each image, resized to its shape.
    set('positions', written({ kind: 'resizedPositions', patches })),
    set('sum', plus('patches', 'positions')),
    give('sum'),
  ]
  return {
    buffers: [{ count, type: 'model' }, { count: ['batch', patches] }, { count: ['batch', 2] }],
    says: [`each image has ${patches} patches, with those that are padding, and a mask of them`],
    steps: [
      set('pixels', { op: 'expand', of: make([0], 'model'), count }),
      ...siglipVisionSteps(vision, sizes, { embeddings, isMasked: true }),
    ],
  }
}

/** SigLIP 2 (`Siglip2Model`): SigLIP with images of any shape. */
export function siglip2Program(vision: ConfigReader, text: ConfigReader, sizes: Dimensions): Program {
  const images = siglip2Images(vision)
  return {
    buffers: [{ count: TOKENS }, { count: [sizes.contextTokens ?? 0] }, ...images.buffers],
    says: [...(images.says ?? []), WITHOUT_MASK],
    steps: [...images.steps, ...siglipTextTower(text, sizes), ...sigmoidLogits],
    returned: CLIP_OUTPUT,
    loss: sigmoidLoss,
  }
}

/** Attention of one learned vector to the patches (`SiglipMultiheadAttentionPoolingHead`). */
function poolingHead({ hiddenSize, heads, patches, activation }: ImageSizes): Steps {
  const feedForward: Steps = [
    set('hidden', project('fc1', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', project('fc2', 'hidden')),
    give('hidden'),
  ]
  return [
    set('pooled', written({ kind: 'probingAttention', heads, patches })),
    set('residual', 'pooled'),
    set('pooled', layerNormed('layernorm', 'pooled')),
    set('pooled', plus('residual', call(feedForward, { hidden: 'pooled' }, 'mlp'))),
    give(part('pooled', ['batch', hiddenSize])),
  ]
}

/** SigLIP (`SiglipModel`): as many images as texts, each as one vector, and a loss that compares each pair of a batch on its own. */
export function siglipProgram(vision: ConfigReader, text: ConfigReader, sizes: Dimensions): Program {
  const images = siglipSizes(vision)
  return {
    buffers: [{ count: TOKENS }, pixels(images), { count: [images.patches] }, { count: [sizes.contextTokens ?? 0] }],
    says: [WITHOUT_MASK],
    steps: [
      set('pixels', IMAGES(images)),
      ...siglipVisionSteps(vision, images),
      ...siglipTextTower(text, sizes),
      ...sigmoidLogits,
    ],
    returned: CLIP_OUTPUT,
    loss: sigmoidLoss,
  }
}

const WITHOUT_MASK =
  'The texts come without a mask, as captions that are padded to one length; with a mask, torch has no flash attention for them'

/** From both vectors to the logits of all pairs. */
const sigmoidLogits: Steps = [
  set('imageVector', written({ kind: 'unitVectors', of: 'imagePooled' })),
  set('textVector', written({ kind: 'unitVectors', of: 'textPooled' })),
  set('logits', { op: 'product', of: ['textVector', 'imageVector'], count: PAIRS }),
  set(
    'logits',
    plus(
      { op: 'multiply', of: ['logits', activated('exp', { op: 'parameter', name: 'logit_scale' })] },
      { op: 'parameter', name: 'logit_bias' },
    ),
  ),
  give('logits'),
]

/** The logarithm of the sigmoid of each logit, or of its negative where text and image do not belong together. */
const sigmoidLoss: Value = call(
  [
    set('eye', make(PAIRS, 'float32')),
    set('signs', plus(scaled(make(PAIRS, 'model')), scaled('eye'))),
    set('likely', activated('logsigmoid', { op: 'multiply', of: ['signs', 'result'] })),
    set('loss', scaled(summed('likely', ['batch']))),
    give({ op: 'mean', of: 'loss', count: [] }),
  ],
  { result: 'result' },
)

/** SigLIP's encoder of texts, in which all words see each other; the last of them stands for the text. */
export const siglipTextTower = (config: ConfigReader, sizes: Dimensions): Steps =>
  textTower(sizes, {
    activation: config.string('hidden_act', 'gelu_pytorch_tanh'),
    pooling: [
      set('textPooled', part('hidden', ['batch', sizes.hiddenSize])),
      set('textPooled', project('text_model.head', 'textPooled')),
    ],
  })
