import type { ConfigReader } from '../config-reader.js'
import { sizeInWords } from '../image-grid.js'
import {
  activated,
  type Count,
  copied,
  give,
  layerNormed,
  lookup,
  make,
  part,
  plus,
  project,
  type Step,
  type Steps,
  set,
  split,
  type Value,
} from '../program/index.js'
import { withFeatures } from '../program/placeholders.js'
import { embeddedPatches, gridAngles, gridAttention, gridBlock, patchPixels } from '../program/qwen-vision.js'
import type { FindSense } from '../sense.js'
import { type Grid, gridOf } from './qwen.js'

/** Qwen3-VL: learned positions, and the outputs of some blocks go into the first layers of the language model (DeepStack). */
export const qwen3Images: FindSense = (config, asked, prefix) => {
  const vision = config.object('vision_config')
  const hiddenSize = vision.positive('hidden_size', 1152)
  const grid = gridOf(vision, asked, { hiddenSize, patch: 16, least: 65_536, most: 16_777_216 })
  const { patches, tokens } = grid
  const outFeatures = vision.integer('out_hidden_size', 3584)
  const taps = vision.integers('deepstack_visual_indexes') ?? [8, 16, 24]
  const at = `${prefix}visual`
  const features: Count = ['images', tokens, outFeatures]
  const merged = (module: string): Value => ({
    op: 'call',
    at: module,
    with: { x: 'vision' },
    steps: [
      set('x', layerNormed('norm', 'x')),
      set('x', project('linear_fc2', activated('gelu', project('linear_fc1', 'x')))),
      give('x'),
    ],
  })
  const behind = Object.fromEntries(
    taps.map((block, index) => [block, [set(`deep${index}`, merged(`${at}.deepstack_merger_list.${index}`))]]),
  )
  return {
    tokens,
    input: sizeInWords(grid.size),
    buffers: [
      { count: ['images', patches, grid.pixels], type: 'float32' },
      { count: [hiddenSize / grid.heads / 4], type: 'float32' },
    ],
    passes: [at],
    steps: [
      set('pixels', patchPixels(grid)),
      set('cast', { op: 'own', of: 'pixels' }),
      set('vision', embeddedPatches(grid, `${at}.patch_embed`, 'cast')),
      set('places', { op: 'call', steps: interpolated(grid), with: {}, at }),
      set('vision', plus('vision', 'places')),
      ...gridAngles(grid, (of) => of),
      {
        each: `${at}.blocks`,
        carries: 'vision',
        given: ['cos', 'sin'],
        kinds: [renamed(gridBlock('layerNorm', gridAttention(grid, patches), plainFeedForward(vision)))],
        behind,
      },
      set('vision', merged(`${at}.merger`)),
      ...['cast', 'places', 'angles', 'both', 'cos', 'sin'].map((drop): Step => ({ drop })),
      split('vision', ['listed'], [features]),
      { drop: 'vision' },
      ...withFeatures({ op: 'concat', of: ['listed'] }, features, { others: 1, drops: ['listed'] }),
    ],
    behind: putBehind(
      taps.map((_, index) => `deep${index}`),
      features,
    ),
  }
}

/** What is added to the tokens of images behind the first layers of the language model (`_deepstack_process`). */
export function putBehind(names: readonly string[], features: Count): readonly Steps[] {
  return names.map((name) => [
    set('picked', copied({ op: 'pick', of: 'hidden', mask: 'mask', count: features })),
    set('local', plus('picked', name)),
    { drop: 'picked' },
    set('hidden', { op: 'put', into: 'hidden', mask: 'mask', of: 'local' }),
    { drop: 'local' },
  ])
}

/** The feed-forward network of a block. */
export function plainFeedForward(vision: ConfigReader): Steps {
  const activation = vision.string('hidden_act', 'gelu_pytorch_tanh')
  return [give(project('linear_fc2', activated(activation, project('linear_fc1', 'hidden'))))]
}

/** The steps of a block on the variable `vision`. */
function renamed(block: Steps): Steps {
  return [set('hidden', 'vision'), { drop: 'vision' }, ...block]
}

/** Positions between those that are learned, by four neighbours of each (`fast_pos_embed_interpolate`). */
export function interpolated({ patches, hiddenSize }: Grid): Steps {
  const all: Count = ['images', patches, hiddenSize]
  const neighbour = part('four', all)
  return [
    set('indices', make(['images', 4, patches], 'int64')),
    set('shares', make(['images', 4, patches], 'model')),
    set('four', { op: 'multiply', of: [lookup('pos_embed', ['images', 4, patches], 'indices'), 'shares'] }),
    set('sum', plus(plus(plus(neighbour, neighbour), neighbour), neighbour)),
    split('sum', ['sums'], [all]),
    set('ordered', { op: 'reorder', of: copied('sums') }),
    set('joined', { op: 'concat', of: ['ordered'] }),
    give('joined'),
  ]
}
