import { sizeInWords } from '../image-grid.js'
import { attended, type Count, make, project, type Step, type Steps, set, split } from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { embeddedPatches, gridBlock, patchPixels, qwenMerger } from '../program/qwen-vision.js'
import { rotatedInFloat32 } from '../program/wide-rotation.js'
import type { FindSense } from '../sense.js'
import { type Grid, gatedFeedForward, gridOf, inOrder, windowedBlocks } from './qwen.js'

/**
 * EXAONE 4.5 (`Exaone4_5_VisionModel`, transformers 5.24): Qwen2.5-VL's encoder with fewer heads of keys and values, which returns its patches
 * beside the tokens. The limits of pixels are those of the class of its image processor (`Qwen2VLImageProcessor`).
 */
export const exaone45Images: FindSense = (config, asked, prefix) => {
  const vision = config.object('vision_config')
  const hiddenSize = vision.positive('hidden_size', 3584)
  const grid = gridOf(vision, asked, { hiddenSize, patch: 14, least: 3136, most: 1_003_520 })
  const { patches, tokens, heads } = grid
  const features: Count = ['images', tokens, vision.integer('out_hidden_size', 3584)]
  const at = `${prefix}visual`
  const count: Count = ['images', patches, hiddenSize / heads]
  const table = make(count, 'float32')
  const kvHeads = vision.positive('num_key_value_heads', 8)
  const blocks = windowedBlocks(vision, grid, (keys, windows) =>
    gridBlock('rmsNorm', groupedAttention(grid, kvHeads, keys, windows), gatedFeedForward(vision)),
  )
  return {
    tokens,
    input: sizeInWords(grid.size),
    buffers: [{ count: ['images', patches, grid.pixels], type: 'float32' }],
    passes: [at],
    returned: ['hidden', 'listed'],
    steps: [
      set('pixels', patchPixels(grid)),
      set('cast', { op: 'own', of: 'pixels' }),
      set('places', make(['images', patches, 2], 'int64')),
      set('hidden', { op: 'alsoInput', of: embeddedPatches(grid, `${at}.patch_embed`, 'cast') }),
      set('hidden', inOrder('hidden', ['images', patches, hiddenSize])),
      set('cos', inOrder(table, count)),
      set('sin', inOrder(table, count)),
      { each: `${at}.blocks`, carries: 'hidden', given: ['cos', 'sin'], keywords: ['cos', 'sin'], ...blocks },
      set('merged', { op: 'call', at, with: { hidden: 'hidden' }, steps: merged(features) }),
      ...['cast', 'places', 'cos', 'sin'].map((drop): Step => ({ drop })),
      split('merged', ['listed'], [features]),
      { drop: 'merged' },
      ...withFeatures({ op: 'concat', of: ['listed'] }, features, { others: 1, isCounted: false }),
    ],
  }
}

const merged = (features: Count): Steps => [{ give: inOrder(qwenMerger('rmsNorm'), features) }]

/** Attention in windows, with one layer for queries and fewer keys and values, rotated in float32. */
function groupedAttention({ hiddenSize, heads, patches }: Grid, kvHeads: number, keys: number, windows: number): Steps {
  const headDim = hiddenSize / heads
  const count = (features: number): Count => ['images', patches, features]
  return [
    split(
      project('qkv', 'hidden'),
      ['query', 'key', 'value'],
      [count(hiddenSize), count(kvHeads * headDim), count(kvHeads * headDim)],
    ),
    ...rotatedInFloat32(),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        kvHeads,
        headDim,
        batch: [1],
        queries: ['images', patches],
        keys: [keys],
        runs: ['images', windows],
      }),
    ),
    set('out', project('proj', 'out')),
    { give: 'out' },
  ]
}
