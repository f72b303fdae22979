import { patchesIn, sideOf, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { activated, attended, call, give, normed, part, plus, project, set, split } from './build.js'
import type { Count } from './count.js'
import type { Program } from './program.js'
import type { Operation, Steps } from './steps.js'
import { IMAGES, type ImageSizes, patchesOf, pixels, withClass } from './vision.js'

/** InternViT in the code of its authors (`modeling_intern_vit.py`), whose bare model has no loss. */
export function internVitAuthorsProgram(config: ConfigReader): Program {
  const read = visionSizes(config, {
    hidden_size: 3200,
    intermediate_size: 12_800,
    num_hidden_layers: 48,
    num_attention_heads: 25,
    patch_size: 14,
  })
  const sizes: ImageSizes = {
    ...read,
    side: sideOf(config, 'image_size', 224),
    patches: patchesIn(config, read, 224),
    activation: config.string('hidden_act', 'gelu'),
  }
  return {
    buffers: [pixels(sizes)],
    says: [
      'attention by flash-attn (`flash`), or written out as the code does without that package (`eager`); norms without apex',
    ],
    steps: [
      set('pixels', IMAGES(sizes)),
      set('hidden', call(embeddingSteps(sizes), { pixels: 'pixels' }, 'embeddings')),
      set('embedded', 'hidden'),
      { each: 'encoder.layers', carries: 'hidden', kinds: [layerSteps(config, sizes)] },
      give('hidden'),
    ],
  }
}

/** Patches behind a vector for the whole, and positions, which are resized to the image in float32. */
function embeddingSteps(sizes: ImageSizes): Steps {
  const { hiddenSize, patches } = sizes
  const table: Count = [patches, hiddenSize]
  const places: Steps = [
    set('places', { op: 'wide', of: part({ op: 'parameter', name: 'position_embedding' }, table) }),
    set('places', { op: 'resize', of: 'places', count: table }),
    give({ op: 'narrow', of: 'places' }),
  ]
  return [
    set('patches', patchesOf('patch_embedding', sizes)),
    set('sum', withClass('class_embedding', 'patches', sizes)),
    set('places', {
      op: 'concat',
      of: [part({ op: 'parameter', name: 'position_embedding' }, [hiddenSize]), call(places, {})],
    }),
    set('sum', plus('sum', 'places')),
    give('sum'),
  ]
}

function layerSteps(config: ConfigReader, sizes: ImageSizes): Steps {
  const norm = config.string('norm_type', 'rms_norm') === 'rms_norm' ? 'rmsNorm' : 'layerNorm'
  const feedForward: Steps = [
    set('hidden', project('fc1', 'hidden')),
    set('hidden', activated(sizes.activation, 'hidden')),
    set('hidden', project('fc2', 'hidden')),
    give('hidden'),
  ]
  const scaledBy = (name: string, of: Operation): Operation => ({
    op: 'multiply',
    of: [of, { op: 'parameter', name }],
  })
  return [
    set(
      'hidden',
      plus(
        'hidden',
        scaledBy('ls1', call(attentionSteps(config, sizes), { hidden: normed(norm, 'norm1', 'hidden') }, 'attn')),
      ),
    ),
    set(
      'hidden',
      plus('hidden', scaledBy('ls2', call(feedForward, { hidden: normed(norm, 'norm2', 'hidden') }, 'mlp'))),
    ),
    give('hidden'),
  ]
}

/** Attention on three parts of one projection, of which queries and keys may be normalised. */
function attentionSteps(config: ConfigReader, { heads, hiddenSize, patches }: ImageSizes): Steps {
  const tokens = patches + 1
  const states: Count = ['batch', tokens, hiddenSize]
  const names = ['query', 'key', 'value'] as const
  const usesFlash = config.boolean('use_flash_attn', true)
  return [
    set('packed', project('qkv', 'hidden')),
    split('packed', names, [states, states, states]),
    ...(config.boolean('qk_normalization', true)
      ? [
          set('query', normed('rmsNorm', 'q_norm', 'query')),
          set('key', normed('rmsNorm', 'k_norm', 'key')),
          // flash-attn gets the three in one tensor.
          ...(usesFlash ? [set('packed', { op: 'concat', of: names, isForFused: true })] : []),
        ]
      : []),
    set(
      'context',
      attended(names, {
        heads,
        headDim: hiddenSize / heads,
        queries: [tokens],
        isEager: !usesFlash,
        eager: { scale: 'queries', softmax: 'scores', weights: 'none' },
      }),
    ),
    give(project('proj', 'context')),
  ]
}
