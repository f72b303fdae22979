import { labelCount } from '../blocks/label-count.js'
import { sideOf } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { type BertDropout, bertBlockSteps, bertDropout, classifierSteps, denseAndNorm } from './bert.js'
import { ALWAYS_EAGER } from './bert-program.js'
import {
  activated,
  call,
  dropped,
  dropping,
  give,
  layerNormed,
  lookup,
  make,
  part,
  plus,
  project,
  set,
  words,
  written,
} from './build.js'
import { TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Make, Operation, Step, Steps } from './steps.js'
import { labelled, textEncoder } from './text-encoder.js'
import { IMAGES, type ImageSizes, patchesOf, pixels, withClass } from './vision.js'

/** The program of LayoutLMv3 (`modeling_layoutlmv3.py`) for words alone, with the one for words and the image of their page. */
export function layoutlmv3Program(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  const isRelative = config.boolean('has_relative_attention_bias', true)
  const isSpatial = config.boolean('has_spatial_attention_bias', true)
  if (!config.boolean('text_embed', true) || (isSpatial && !isRelative)) return undefined
  const biases = [...(isRelative ? ['rel'] : []), ...(isSpatial ? ['spatial'] : [])]
  const reads = classesOf(config, dimensions, className, { prefix, biases })
  if (!reads || !config.boolean('visual_embed', true)) return reads
  const side = sideOf(config, 'input_size', 224)
  const image: ImageSizes = {
    hiddenSize: dimensions.hiddenSize,
    heads: dimensions.heads,
    channels: config.positive('num_channels', 3),
    side,
    patches: Math.floor(side / config.positive('patch_size', 16)) ** 2,
    activation: '',
  }
  const seen = classesOf(config, dimensions, className, { prefix, biases, image })
  return { ...reads, ...(seen && { seen }) }
}

/** What a program of LayoutLMv3 reads. */
interface Page {
  readonly prefix: string
  /** The biases of attention. */
  readonly biases: readonly string[]
  readonly image?: ImageSizes
}

function classesOf(config: ConfigReader, dimensions: Dimensions, className: string, page: Page): Program | undefined {
  const { prefix, biases, image } = page
  const { hiddenSize } = dimensions
  const dropout = bertDropout(config, '')
  const classifier = config.number('classifier_dropout', dropout.hidden)
  const head: Steps = [
    ...dropping(classifier, 'x'),
    set('x', project('dense', 'x')),
    set('x', activated('tanh', 'x')),
    ...dropping(classifier, 'x'),
    give(project('out_proj', 'x')),
  ]
  const ofWords = set('hidden', image ? part('hidden', [...TOKENS, hiddenSize]) : 'hidden')
  const isShort = labelCount(config) < 10
  const unused = [
    ...(biases.includes('rel') ? ['encoder.rel_pos_bias.weight'] : []),
    ...(biases.includes('spatial') ? ['encoder.rel_pos_x_bias.weight', 'encoder.rel_pos_y_bias.weight'] : []),
    ...(image || !config.boolean('visual_embed', true) ? [] : OF_IMAGES),
  ]
  return textEncoder(className, {
    name: 'LayoutLMv3',
    prefix,
    steps: modelSteps(config, dimensions, page, dropout),
    buffers: [{ count: [config.positive('max_position_embeddings', 512)] }, ...(image ? [pixels(image)] : [])],
    keepsLayers: true,
    untrained: unused.map((name) => `${prefix}.${name}`),
    heads: {
      ForSequenceClassification: [
        give(call(classifierSteps(hiddenSize, 'tanh', { classifier }), { hidden: 'hidden' }, 'classifier')),
      ],
      ForTokenClassification: [
        ofWords,
        ...(isShort
          ? labelled('classifier', dropout.hidden)
          : [set('labelled', dropped(dropout.hidden, 'hidden')), give(call(head, { x: 'labelled' }, 'classifier'))]),
      ],
      ForQuestionAnswering: [give(call(head, { x: 'hidden' }, 'qa_outputs'))],
    },
    says: [
      ALWAYS_EAGER,
      'boxes are zeros, which the model makes itself; given ones need as much',
      image
        ? `each sequence has the image of its page, in ${(image.patches + 1).toLocaleString('en-US')} further tokens`
        : 'the inputs are text only; `images: 1` adds the image of each page',
    ],
  })
}

/** Parameters that only an image uses. */
const OF_IMAGES = [
  'patch_embed.proj.weight',
  'patch_embed.proj.bias',
  'cls_token',
  'pos_embed',
  'norm.weight',
  'norm.bias',
  'LayerNorm.weight',
  'LayerNorm.bias',
]

function modelSteps(config: ConfigReader, dimensions: Dimensions, page: Page, dropout: BertDropout): Steps {
  const { biases, image } = page
  const others = image ? image.patches + 1 : 0
  const joined = (ofWords: Make, ofImage: Make): Operation => ({ op: 'concat', of: [ofWords, ofImage] })
  const boxed = [set('boxes', make([...TOKENS, 4], 'int64'))]
  const seen: readonly Step[] = image
    ? [
        set('visual', call(imageSteps(image), { pixels: IMAGES(image) })),
        set('ones', joined(make(TOKENS, 'float32'), make(['batch', others], 'float32'))),
        set('ones of image', make(['batch', others], 'int64')),
        ...(biases.includes('spatial')
          ? [
              set('boxes of image', make(['batch', others, 4], 'int64')),
              set('all boxes', joined(make([...TOKENS, 4], 'int64'), make(['batch', others, 4], 'int64'))),
            ]
          : []),
        ...(biases.length > 0
          ? [
              set('places of image', make(['batch', others], 'int64')),
              set('places of words', make(['sequence'], 'int64')),
              set('places', joined(make(TOKENS, 'int64'), make(['batch', others], 'int64'))),
            ]
          : []),
        set('embedded', { op: 'concat', of: ['embedded', 'visual'] }),
        set('embedded', layerNormed('LayerNorm', 'embedded')),
        ...dropping(dropout.hidden, 'embedded'),
      ]
    : []
  return [
    set('ones', make(TOKENS, 'float32')),
    set('types', make(TOKENS, 'int64')),
    ...boxed,
    set('embedded', call(embeddingSteps(dropout), { types: 'types', boxes: 'boxes' }, 'embeddings')),
    ...seen,
    set('mask', image ? joined(make(TOKENS, 'model'), make(['batch', others], 'model')) : make(TOKENS, 'model')),
    set(
      'hidden',
      call(
        encoderSteps(config, dimensions, biases, others, dropout),
        { embedded: 'embedded', mask: 'mask' },
        'encoder',
      ),
    ),
  ]
}

/** Biases of distances in the text and on the page, which have no gradients, and layers (`LayoutLMv3Encoder`). */
function encoderSteps(
  config: ConfigReader,
  { heads }: Dimensions,
  biases: readonly string[],
  others: number,
  dropout: BertDropout,
): Steps {
  const given = Object.fromEntries(biases.map((name) => [name, name]))
  const self = written({ kind: 'pageAttention', heads, others, biases, dropout: dropout.attention })
  const attention: Steps = [
    set('context', call([give(self)], { hidden: 'hidden', mask: 'mask', ...given }, 'self')),
    give(call(denseAndNorm(dropout.hidden), { hidden: 'context', residual: 'hidden' }, 'output')),
  ]
  const activation = config.string('hidden_act', 'gelu')
  return [
    ...biases.map((name) =>
      set(name, written({ kind: 'pageBias', heads, others, of: name === 'rel' ? 'places' : 'boxes' })),
    ),
    set('hidden', 'embedded'),
    {
      each: 'layer',
      carries: 'hidden',
      given: ['mask', ...biases],
      kinds: [bertBlockSteps(attention, { activation, dropout }, given)],
    },
    give('hidden'),
  ]
}

/** `LayoutLMv3TextEmbeddings` */
function embeddingSteps({ hidden: rate }: BertDropout): Steps {
  const sides = ['left', 'upper', 'right', 'lower', 'height', 'width']
  const looked = (name: string, table: string, by: string | Make): Step =>
    set(name, lookup(`${table}_position_embeddings`, TOKENS, by))
  const spatial: Steps = [
    looked('left', 'x', 'boxes'),
    looked('upper', 'y', 'boxes'),
    looked('right', 'x', 'boxes'),
    looked('lower', 'y', 'boxes'),
    looked('height', 'h', make(TOKENS, 'int64')),
    looked('width', 'w', make(TOKENS, 'int64')),
    give({ op: 'concat', of: sides }),
  ]
  return [
    set('indices', make(TOKENS, 'int64')),
    set('words', words('word_embeddings')),
    set('kinds', lookup('token_type_embeddings', TOKENS, 'types')),
    set('sum', plus('words', 'kinds')),
    set('places', lookup('position_embeddings', TOKENS, 'indices')),
    set('sum', { op: 'addInPlace', of: ['sum', 'places'] }),
    set('spatial', call(spatial, { boxes: 'boxes' })),
    set('sum', plus('sum', 'spatial')),
    set('sum', layerNormed('LayerNorm', 'sum')),
    ...dropping(rate, 'sum'),
    give('sum'),
  ]
}

/** The patches of a page behind a vector for the whole (`forward_image`). */
const imageSteps = (image: ImageSizes): Steps => [
  set('patches', call([give(patchesOf('proj', image))], { pixels: 'pixels' }, 'patch_embed')),
  set('patches', withClass('cls_token', 'patches', image)),
  set('patches', plus('patches', { op: 'parameter', name: 'pos_embed' })),
  give(layerNormed('norm', 'patches')),
]
