import { sideOf } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { sizeInWords } from '../image-grid.js'
import {
  activated,
  type Count,
  call,
  give,
  layerNormed,
  make,
  part,
  project,
  type Steps,
  set,
  written,
} from '../program/index.js'
import { aboutMaskRows } from '../program/mask-rows.js'
import { withFeatures } from '../program/placeholders.js'
import { clipLayerSteps, type ImageSizes, pixelsOf } from '../program/vision.js'
import type { FindSense } from '../sense.js'
import { pairMask, placedPatches, siglipSizes } from './idefics3.js'

/**
 * Aria (`modeling_aria.py` of transformers 4.57.6): the encoder of Idefics 3, whose last layer counts without the norm behind it, and as many
 * learned vectors as the config says for so many patches, which attend to those of an image.
 */
export const ariaImages: FindSense = (config, _, prefix) => {
  const vision = config.object('vision_config')
  const side = sideOf(vision, 'image_size', 224)
  const sizes = siglipSizes(vision, side, 1)
  const { patches } = sizes
  const queries = queriesOf(config, patches)
  const pixels = pixelsOf(sizes)
  const mask: Count = ['images', side, side]
  const features = config.object('text_config').positive('hidden_size', 4096)
  const at = `${prefix}vision_tower`
  const projector = `${prefix}multi_modal_projector`
  const encoded: Steps = [
    set('counted', make(['images', patches], 'int64')),
    set('shown', make(['images', patches], 'bool')),
    { drop: 'counted' },
    set('hidden', call(placedPatches(sizes), { pixels: 'pixels' }, `${at}.embeddings`)),
    set('mask', call(pairMask(sizes), {})),
    {
      each: `${at}.encoder.layers`,
      carries: 'hidden',
      given: ['mask'],
      keeps: 'state',
      kinds: [clipLayerSteps(sizes, [patches], 'mask')],
    },
    set('normed', { op: 'call', at, with: { hidden: 'hidden' }, isIdle: true, steps: normed }),
    { drop: 'mask' },
    set('unseen', make(['images', patches], 'bool')),
    give(call(queried(sizes, queries), { hidden: 'hidden' }, projector)),
  ]
  return {
    tokens: queries,
    isResized: true,
    input: sizeInWords({ width: side, height: side }),
    says: aboutMaskRows(patches, 'each image'),
    buffers: [
      { count: pixels, type: 'model' },
      { count: mask, type: 'bool' },
    ],
    passes: [at, projector],
    unused: [`${at}.post_layernorm.`],
    untilLoss: ['features'],
    steps: [
      set('pixels', { op: 'input', count: pixels, type: 'model' }),
      ...withFeatures(call(encoded, { pixels: 'pixels' }), ['images', queries, features]),
    ],
  }
}

/** The norm of the encoder, whose result is held and not used. */
const normed: Steps = [give(layerNormed('post_layernorm', 'hidden'))]

/** How many vectors an image becomes where the config does not say, by its patches. */
const USUAL_QUERIES = { 1225: 128, 4900: 256 }

/** How many vectors an image of so many patches becomes. */
function queriesOf(config: ConfigReader, patches: number): number {
  const isStated = config.has('projector_patch_to_query_dict')
  const counts = config.object('projector_patch_to_query_dict').withDefaults(isStated ? {} : USUAL_QUERIES)
  const known = isStated ? counts.names() : Object.keys(USUAL_QUERIES)
  if (known.includes(String(patches))) return counts.positive(String(patches), 1)
  throw new RangeError(
    `\`images\`: the encoder makes ${patches} patches of an image, for which \`projector_patch_to_query_dict\` has no number of vectors, so that the code stops: give \`vision_config\` another \`image_size\` or \`patch_size\``,
  )
}

/** `AriaProjector`. */
function queried(sizes: ImageSizes, queries: number): Steps {
  const { hiddenSize, heads, patches } = sizes
  const attention: Steps = [
    set('query', project('q_proj', layerNormed('layer_norm', 'queries'))),
    set('hidden', layerNormed('layer_norm_kv', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    set('out', written({ kind: 'queriedAttention', heads, batch: ['images'], queries, keys: patches })),
    set('out', project('linear', 'out')),
    give('out'),
  ]
  const network: Steps = [
    set('x', activated('gelu_new', project('linear_in', 'x'))),
    set('x', project('linear_out', 'x')),
    give('x'),
  ]
  return [
    set('queries', {
      op: 'reorder',
      of: {
        op: 'expand',
        of: part({ op: 'parameter', name: 'query' }, [queries, hiddenSize]),
        count: ['images', queries, hiddenSize],
      },
    }),
    set('mask', make(['images', heads, patches], 'bool')),
    set('out', call(attention, { hidden: 'hidden', queries: 'queries' }, 'cross_attn')),
    set('out', call(network, { x: layerNormed('layer_norm', 'out') }, 'feed_forward')),
    give('out'),
  ]
}
