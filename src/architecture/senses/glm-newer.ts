import type { ConfigReader } from '../config-reader.js'
import { sizeInWords, USUAL_IMAGE } from '../image-grid.js'
import { type Count, call, convolved, make, normed, type Step, set, split, TOKENS } from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { embeddedPatches, gridAttention, gridBlock, patchPixels } from '../program/qwen-vision.js'
import type { AskedSense, FindSense, ImageSize } from '../sense.js'
import { glmMerger, LIMITS, LONGEST_RATIO, placed } from './glm.js'
import { type Grid, gatedFeedForward, gridOf } from './qwen.js'

/** What differs between the encoders of images of transformers 5. */
interface Encoder {
  readonly hiddenSize: number
  readonly outFeatures: number
  readonly heads: number
  /** Whether it has learned positions, behind a norm. */
  readonly isPlaced: boolean
  /** Whether queries and keys have norms. */
  readonly hasNorms: boolean
}

/** GLM-4.6V (`Glm4vVisionModel`, transformers 5.24): the encoder of GLM-4.1V, which returns its patches beside the tokens. */
export const glm46vImages: FindSense = (config, asked, prefix) =>
  seen(config, asked, prefix, { hiddenSize: 1536, outFeatures: 4096, heads: 12, isPlaced: true, hasNorms: false })

/** GLM-OCR (`GlmOcrVisionModel`, transformers 5.24): the same without learned positions, with norms of queries and keys. */
export const glmOcrImages: FindSense = (config, asked, prefix) =>
  seen(config, asked, prefix, { hiddenSize: 1024, outFeatures: 1536, heads: 16, isPlaced: false, hasNorms: true })

function seen(config: ConfigReader, asked: AskedSense, prefix: string, encoder: Encoder): ReturnType<FindSense> {
  const { isPlaced, hasNorms } = encoder
  const vision = config.object('vision_config')
  const hiddenSize = vision.positive('hidden_size', encoder.hiddenSize)
  const grid = gridOf(
    vision,
    { ...asked, imageSize: enlarged(vision, asked.imageSize ?? USUAL_IMAGE) },
    {
      hiddenSize,
      heads: encoder.heads,
      patch: 14,
      ...LIMITS,
    },
  )
  const { patches, tokens } = grid
  const features: Count = ['images', tokens, vision.integer('out_hidden_size', encoder.outFeatures)]
  const at = `${prefix}visual`
  const headDim = hiddenSize / grid.heads
  const table = make(['images', patches, headDim], 'float32')
  const block = gridBlock('rmsNorm', gridAttention(grid, patches, 1, { hasNorms }), gatedFeedForward(vision))
  return {
    tokens,
    input: sizeInWords(grid.size),
    buffers: [
      { count: ['images', patches, grid.pixels], type: 'float32' },
      { count: [2, Math.floor(headDim / 4)], type: 'float32' },
      { count: TOKENS },
    ],
    passes: [at],
    returned: ['joined', 'listed'],
    steps: [
      set('pixels', patchPixels(grid)),
      set('cast', { op: 'own', of: 'pixels' }),
      set('places', make(['images', patches, 2], 'int64')),
      set('hidden', embeddedPatches(grid, `${at}.patch_embed`, 'cast')),
      ...(isPlaced ? [set('hidden', normed('rmsNorm', `${at}.post_conv_layernorm`, 'hidden'))] : []),
      set('cos', table),
      set('sin', table),
      ...(isPlaced ? withPositions(grid, at) : []),
      { each: `${at}.blocks`, carries: 'hidden', given: ['cos', 'sin'], keywords: ['cos', 'sin'], kinds: [block] },
      set('hidden', normed('rmsNorm', `${at}.post_layernorm`, 'hidden')),
      set('joined', convolved(`${at}.downsample`, 'hidden', features)),
      { drop: 'hidden' },
      set('merged', call(glmMerger(vision), { hidden: 'joined' }, `${at}.merger`)),
      ...['cast', 'places', 'cos', 'sin'].map((drop): Step => ({ drop })),
      split('merged', ['listed'], [features]),
      { drop: 'merged' },
      ...withFeatures({ op: 'concat', of: ['listed'] }, features, { others: 1, isCounted: false }),
    ],
  }
}

const withPositions = (grid: Grid, at: string): readonly Step[] => [
  set('hidden', call(placed(grid, 2), { hidden: 'hidden' }, `${at}.embeddings`)),
]

/** An image whose sides are no shorter than a token is wide (`smart_resize`). */
function enlarged(vision: ConfigReader, { width, height }: ImageSize): ImageSize {
  const least = vision.positive('patch_size', 14) * vision.positive('spatial_merge_size', 2)
  const factor = Math.min(width, height) < least ? Math.max(least / width, least / height) : 1
  const size = { width: Math.floor(width * factor), height: Math.floor(height * factor) }
  if (Math.max(size.width, size.height) / Math.min(size.width, size.height) <= LONGEST_RATIO) return size
  throw new RangeError(
    `\`imageSize\` is ${width} × ${height}, but the processor of GLM refuses images of which one side is more than ${LONGEST_RATIO} times the other: pass another size`,
  )
}
