import { patchesIn, sideOf, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { activated, attended, call, give, layerNormed, normed, plus, project, set } from './build.js'
import type { Steps } from './steps.js'
import { type ImageSizes, patchesOf, tilesOf, withClass } from './vision.js'

/** Reads the sizes of InternViT. */
export function internSizes(vision: ConfigReader): ImageSizes {
  const read = visionSizes(vision, {
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    patch_size: 14,
  })
  return {
    ...read,
    side: sideOf(vision, 'image_size', 448),
    patches: patchesIn(vision, read, 448),
    activation: vision.string('hidden_act', 'gelu'),
  }
}

/** InternViT (`InternVLVisionModel`): each block's output has a learned scale. */
export function internEncoder(vision: ConfigReader, sizes: ImageSizes): Steps {
  const { hiddenSize, heads, patches, activation } = sizes
  const norm = vision.string('norm_type', 'layer_norm') === 'rms_norm' ? 'rmsNorm' : 'layerNorm'
  const hasHeadNorms = vision.boolean('use_qk_norm', false)
  const embeddings: Steps = [
    set(
      'sum',
      call([set('sum', patchesOf('projection', sizes)), give('sum')], { pixels: 'pixels' }, 'patch_embeddings'),
    ),
    set('sum', withClass('cls_token', 'sum', sizes)),
    ...(vision.boolean('use_absolute_position_embeddings', true)
      ? [set('sum', plus('sum', { op: 'parameter', name: 'position_embeddings' }))]
      : []),
    give('sum'),
  ]
  const attention: Steps = [
    set('query', project('q_proj', 'hidden')),
    set('key', project('k_proj', 'hidden')),
    set('value', project('v_proj', 'hidden')),
    ...(hasHeadNorms
      ? [set('query', normed('rmsNorm', 'q_norm', 'query')), set('key', normed('rmsNorm', 'k_norm', 'key'))]
      : []),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim: hiddenSize / heads,
        batch: tilesOf(sizes),
        queries: [patches + 1],
        // Its own eager attention leaves the scores in 16 bits.
        eager: { softmax: 'scores' },
      }),
    ),
    set('projected', project('projection_layer', 'out')),
    give('projected'),
  ]
  const feedForward: Steps = [
    set('hidden', project('fc1', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', project('fc2', 'hidden')),
    give('hidden'),
  ]
  const layer: Steps = [
    set('out', call(attention, { hidden: normed(norm, 'layernorm_before', 'hidden') }, 'attention')),
    set('out', { op: 'multiply', of: [{ op: 'parameter', name: 'lambda_1' }, 'out'] }),
    set('hidden', plus('out', 'hidden')),
    set('fed', normed(norm, 'layernorm_after', 'hidden')),
    set('fed', call(feedForward, { hidden: 'fed' }, 'mlp')),
    set('fed', { op: 'multiply', of: [{ op: 'parameter', name: 'lambda_2' }, 'fed'] }),
    set('fed', plus('fed', 'hidden')),
    give('fed'),
  ]
  return [
    set('embedded', call(embeddings, { pixels: 'pixels' }, 'embeddings')),
    set('hidden', 'embedded'),
    { each: 'encoder.layer', carries: 'hidden', kinds: [layer] },
    ...(vision.boolean('use_mean_pooling', true) ? [] : [set('hidden', layerNormed('layernorm', 'hidden'))]),
    give('hidden'),
  ]
}
