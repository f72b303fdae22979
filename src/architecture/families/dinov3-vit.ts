import { convolution } from '../blocks/convolution.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { tree } from '../blocks/tree.js'
import { patchesIn, sideOf, visionDimensions, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, repeated } from '../module.js'
import {
  activated,
  attended,
  call,
  give,
  layerNormed,
  make,
  plus,
  project,
  type Step,
  type Steps,
  set,
  split,
  type Value,
} from '../program/index.js'
import { IMAGES, type ImageSizes, patchesOf, pixels, withVectors } from '../program/vision.js'
import { layerScaled } from '../program/vit.js'
import { bareTower, towerFamily } from '../shapes/tower-family.js'

/** DINOv3 (Siméoni et al. 2025, arXiv:2508.10104): DINOv2 with rotary positions. */
export const dinov3Vit = towerFamily({
  modelType: 'dinov3_vit',
  name: 'DINOv3ViT',
  build(config) {
    const sizes = visionSizes(config, DEFAULTS)
    const { hiddenSize, ffnSize, layers, channels, patch } = sizes
    const projection = (field: string, absent: boolean) =>
      linear(hiddenSize, hiddenSize, { bias: config.boolean(field, absent) })
    const bias = config.boolean('mlp_bias', true)
    const up = linear(hiddenSize, ffnSize, { bias })
    const layer = tree('DINOv3ViTLayer', {
      norm1: layerNorm(hiddenSize),
      'attention.k_proj': projection('key_bias', false),
      'attention.v_proj': projection('value_bias', true),
      'attention.q_proj': projection('query_bias', true),
      'attention.o_proj': projection('proj_bias', true),
      'layer_scale1.lambda1': [hiddenSize],
      norm2: layerNorm(hiddenSize),
      'mlp.gate_proj': config.boolean('use_gated_mlp', false) ? up : undefined,
      'mlp.up_proj': up,
      'mlp.down_proj': linear(ffnSize, hiddenSize, { bias }),
      'layer_scale2.lambda1': [hiddenSize],
    })
    const model = container('DINOv3ViTModel', {
      embeddings: tree('DINOv3ViTEmbeddings', {
        '{cls,mask}_token': [1, 1, hiddenSize],
        register_tokens: [1, config.integer('num_register_tokens', 0), hiddenSize],
        patch_embeddings: convolution(channels, hiddenSize, [patch, patch]),
      }),
      layer: repeated(layers, layer),
      norm: layerNorm(hiddenSize),
    })
    return { classes: bareTower(model), dimensions: visionDimensions(sizes) }
  },
  program(config) {
    const read = visionSizes(config, DEFAULTS)
    const patches = patchesIn(config, read, 224)
    const sizes = {
      ...read,
      side: sideOf(config, 'image_size', 224),
      patches,
      activation: config.string('hidden_act', 'gelu'),
    }
    const registers = config.integer('num_register_tokens', 0)
    const headDim = Math.floor(read.hiddenSize / read.heads)
    const embeddings: Steps = [
      set('patches', { op: 'alsoInput', of: patchesOf('patch_embeddings', sizes) }),
      set(
        'sum',
        withVectors(
          [
            { name: 'cls_token', count: 1 },
            { name: 'register_tokens', count: registers },
          ],
          'patches',
          sizes,
        ),
      ),
      give('sum'),
    ]
    return {
      buffers: [pixels(sizes), { count: [headDim / 4], type: 'float32' }],
      steps: [
        set('pixels', IMAGES(sizes)),
        set('hidden', call(embeddings, { pixels: 'pixels' }, 'embeddings')),
        // The coordinates of the patches stay in a cache of the module.
        set('coordinates', make([patches, 2], 'float32')),
        ...tables(patches, headDim),
        {
          each: 'layer',
          carries: 'hidden',
          given: ['cos', 'sin'],
          kinds: [layerSteps(config, sizes, patches + 1 + registers)],
        },
        set('hidden', layerNormed('norm', 'hidden')),
        give('hidden'),
      ],
    }
  },
})

/** The tables of cosines and sines, which the code makes in float32. */
const tables = (patches: number, headDim: number): Steps => [
  set('angles', make([patches, headDim], 'float32')),
  set('wideCos', make([patches, headDim], 'float32')),
  set('wideSin', make([patches, headDim], 'float32')),
  set('cos', { op: 'own', of: 'wideCos' }),
  set('sin', { op: 'own', of: 'wideSin' }),
  ...['angles', 'wideCos', 'wideSin'].map((drop): Step => ({ drop })),
]

/** `DINOv3ViTLayer`: DINOv2's layer with other names, whose queries and keys of patches are rotated. */
function layerSteps(config: ConfigReader, sizes: ImageSizes, tokens: number): Steps {
  const { hiddenSize, heads, patches, activation } = sizes
  const isGated = config.boolean('use_gated_mlp', false)
  const rotated = (name: string): Steps => [
    split(
      name,
      [`${name}Others`, `${name}Patches`],
      [
        ['batch', tokens - patches, hiddenSize],
        ['batch', patches, hiddenSize],
      ],
    ),
    set(`${name}Patches`, { op: 'rotate', of: `${name}Patches`, by: ['cos', 'sin'] }),
  ]
  const rotation: Steps = [
    ...rotated('query'),
    ...rotated('key'),
    set('query', { op: 'concat', of: ['queryOthers', 'queryPatches'] }),
    set('key', { op: 'concat', of: ['keyOthers', 'keyPatches'] }),
    ...['queryOthers', 'queryPatches', 'keyOthers', 'keyPatches'].map((drop): Step => ({ drop })),
  ]
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    ...rotation,
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        queries: [tokens],
        dropout: config.number('attention_dropout', 0),
      }),
    ),
    set('out', project('o_proj', 'out')),
    give('out'),
  ]
  const inner: Value = isGated
    ? { op: 'multiply', of: [activated(activation, project('gate_proj', 'x')), project('up_proj', 'x')] }
    : activated(activation, project('up_proj', 'x'))
  return [
    set('residual', 'hidden'),
    set('hidden', layerNormed('norm1', 'hidden')),
    set('hidden', call(attention, { hidden: 'hidden', cos: 'cos', sin: 'sin' }, 'attention')),
    set('hidden', layerScaled('layer_scale1', 'hidden')),
    set('hidden', plus('hidden', 'residual')),
    set('residual', 'hidden'),
    set('hidden', layerNormed('norm2', 'hidden')),
    set('hidden', call([give(project('down_proj', inner))], { x: 'hidden' }, 'mlp')),
    set('hidden', layerScaled('layer_scale2', 'hidden')),
    set('hidden', plus('hidden', 'residual')),
    give('hidden'),
  ]
}

/** The sizes of its configuration class. */
const DEFAULTS = {
  hidden_size: 384,
  intermediate_size: 1536,
  num_hidden_layers: 12,
  num_attention_heads: 6,
  patch_size: 16,
}
