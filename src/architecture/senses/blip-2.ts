import { patchesIn, sideOf, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { sizeInWords } from '../image-grid.js'
import { bertHeads, denseAndNorm } from '../program/bert.js'
import {
  activated,
  attended,
  type Count,
  call,
  dropping,
  give,
  layerNormed,
  make,
  part,
  plus,
  project,
  type Steps,
  set,
  TOKENS,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { clipLayer, type ImageSizes, patchesOf, tilesOf, withClass } from '../program/vision.js'
import type { FindSense } from '../sense.js'

/**
 * BLIP-2: an encoder of images, the Q-Former, whose queries read what it makes, and a layer between them and the language model, all before
 * the tokens are looked up (`Blip2ForConditionalGeneration.forward`, transformers 4.57.6).
 */
export const blip2Images: FindSense = (config, { images }) => {
  if (images > 1)
    throw new RangeError(`\`images\` is ${images}, but BLIP-2 reads one image with each text: pass \`images: 1\``)
  const vision = config.object('vision_config')
  const read = visionSizes(vision, {
    hidden_size: 1408,
    intermediate_size: 6144,
    num_hidden_layers: 39,
    num_attention_heads: 16,
    patch_size: 14,
  })
  const sizes: ImageSizes = {
    ...read,
    channels: 3,
    unit: 'images',
    side: sideOf(vision, 'image_size', 224),
    patches: patchesIn(vision, read, 224),
    activation: vision.string('hidden_act', 'gelu'),
  }
  const queries = config.integer('num_query_tokens', 32)
  const former = config.object('qformer_config')
  const features = config.object('text_config').positive('hidden_size', 768)
  const { side } = sizes
  const pixels = { count: [...tilesOf(sizes), 3, side, side], type: 'float32' } as const
  return {
    tokens: queries,
    isResized: true,
    input: sizeInWords({ width: side, height: side }),
    buffers: [pixels],
    passes: ['vision_model', 'qformer', 'language_projection', 'query_tokens'],
    returned: ['features', 'seen', 'pooled', 'queried', 'ones', 'mask', 'first'],
    ahead: [
      set('pixels', { op: 'input', ...pixels }),
      ...encoder(sizes),
      set('imageMask', make([...tilesOf(sizes), sizes.patches + 1], 'int64')),
      ...queryingTransformer(former, { queries, seen: sizes.patches + 1 }),
      { drop: 'imageMask' },
      set('projected', project('language_projection', 'queried')),
    ],
    steps: [
      set('ones', make(TOKENS, 'int64')),
      ...withFeatures('projected', ['images', queries, features], { drops: ['projected'], isCounted: false }),
      set('first', 'embedded'),
    ],
  }
}

/** The encoder of images, to `seen`. A norm of the first vector is returned, too. */
function encoder(sizes: ImageSizes): Steps {
  const { hiddenSize, heads, patches, activation } = sizes
  const at = 'vision_model'
  const embeddings: Steps = [
    set('patches', patchesOf('patch_embedding', sizes)),
    set('sum', withClass('class_embedding', 'patches', sizes)),
    set('sum', plus('sum', { op: 'parameter', name: 'position_embedding' })),
    give('sum'),
  ]
  const third: Count = ['images', patches + 1, hiddenSize]
  const attention: Steps = [
    set('mixed', { op: 'exchange', of: project('qkv', 'hidden') }),
    set('query', part('mixed', third)),
    set('key', part('mixed', third)),
    set('value', part('mixed', third)),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        batch: tilesOf(sizes),
        queries: [patches + 1],
        eager: { softmax: 'scores', weights: 'none' },
      }),
    ),
    set('out', project('projection', 'out')),
    give('out'),
  ]
  const layer = clipLayer(attention, activation, { sum: plus('hidden', 'residual') })
  return [
    set('hidden', call(embeddings, { pixels: 'pixels' }, `${at}.embeddings`)),
    set('embeddedPatches', 'hidden'),
    { each: `${at}.encoder.layers`, carries: 'hidden', kinds: [layer] },
    set('seen', layerNormed(`${at}.post_layernorm`, 'hidden')),
    set('pooled', layerNormed(`${at}.post_layernorm`, part('seen', ['images', hiddenSize]))),
    { drop: 'hidden' },
    { drop: 'embeddedPatches' },
  ]
}

/** The Q-Former, to `queried`: layers of BERT on the queries, some of which also attend to the image. Their attention is always eager. */
function queryingTransformer(
  config: ConfigReader,
  { queries, seen }: { readonly queries: number; readonly seen: number },
): Steps {
  const at = 'qformer'
  const hiddenSize = config.positive('hidden_size', 768)
  const heads = config.positive('num_attention_heads', 12)
  const layers = config.integer('num_hidden_layers', 12)
  const period = config.positive('cross_attention_frequency', 2)
  const activation = config.string('hidden_act', 'gelu')
  const dropout = config.number('hidden_dropout_prob', 0.1)
  const own: Count = ['images', queries, hiddenSize]
  const attention = (keys: number, from: string, mask: string): Steps => [
    set('key', project('key', from)),
    set('value', project('value', from)),
    set('query', project('query', 'hidden')),
    give(
      attended(['query', 'key', 'value'], {
        ...bertHeads({ heads, headDim: hiddenSize / heads }),
        batch: ['images'],
        queries: [queries],
        keys: [keys],
        mask,
        isEager: true,
        returnsWeights: 'module',
        dropout: config.number('attention_probs_dropout_prob', 0.1),
      }),
    ),
  ]
  const attends = (keys: number, from: string, mask: string): Steps => [
    set('out', call(attention(keys, from, mask), { hidden: 'hidden', [from]: from, [mask]: mask }, 'attention')),
    set('out', call(denseAndNorm(dropout), { hidden: 'out', residual: 'hidden' }, 'output')),
    give('out'),
  ]
  const dense: Steps = [
    set('hidden', project('dense', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    give('hidden'),
  ]
  const layer = (crosses: boolean): Steps => [
    set(
      'attended',
      call(attends(queries, 'hidden', 'queryMask'), { hidden: 'hidden', queryMask: 'queryMask' }, 'attention'),
    ),
    set('queried', 'attended'),
    ...(crosses
      ? [
          set(
            'queried',
            call(
              attends(seen, 'seen', 'seenMask'),
              { hidden: 'queried', seen: 'seen', seenMask: 'seenMask' },
              'crossattention',
            ),
          ),
        ]
      : []),
    set('between', call(dense, { hidden: 'queried' }, 'intermediate_query')),
    give(call(denseAndNorm(dropout), { hidden: 'between', residual: 'queried' }, 'output_query')),
  ]
  return [
    set('tokens', { op: 'expand', of: { op: 'parameter', name: 'query_tokens' }, count: own }),
    set('queried', layerNormed(`${at}.layernorm`, 'tokens')),
    ...dropping(dropout, 'queried'),
    set('queryOnes', make(['images', queries], 'float32')),
    set('queryMask', make(['images', queries], 'model')),
    set('seenMask', make(['images', seen], 'model')),
    set('hidden', 'queried'),
    {
      each: `${at}.encoder.layer`,
      carries: 'hidden',
      given: ['queryMask', 'seen', 'seenMask'],
      kinds: [layer(false), layer(true)],
      kindOf: Array.from({ length: layers }, (_, index) => (index % period === 0 ? 1 : 0)),
    },
    set('firstQueried', 'queried'),
    set('queried', 'hidden'),
    ...['hidden', 'tokens', 'firstQueried', 'queryOnes', 'queryMask', 'seenMask'].map((drop) => ({ drop })),
  ]
}
