import { fusedAttention } from '../blocks/attention.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { windowInAllLayers } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { ForwardPass } from '../forward/index.js'
import { phi3Forward } from '../forward/phi3-forward.js'
import { container, type Module, tower } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { CLIP_LARGE_336 } from '../shapes/llava-family.js'
import { clipVisionModel } from './clip-vision-model.js'

/** Phi-3-vision and Phi-3.5-vision (Abdin et al. 2024, arXiv:2404.14219) in the class of their authors: Phi-3 with CLIP's encoder. */
export const phi3V = decoderFamily({
  modelType: 'phi3_v',
  name: 'Phi3V',
  unreplayed: ['adapters inside saved modules'],
  defaults: {
    vocab_size: 32_064,
    hidden_size: 3072,
    intermediate_size: 8192,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  attentionPattern: windowInAllLayers(),
  attention: (sizes) => fusedAttention({ ...sizes, outputFirst: true, type: 'Phi3Attention' }),
  mlp: fusedGatedMlp,
  forward: phi3VForward,
  ahead: ({ hiddenSize }, config) => ({ vision_embed_tokens: tower('vision', imageEmbedding(config, hiddenSize)) }),
})

/**
 * The code of the authors (`modeling_phi3_v.py`), which has been copied from an earlier Phi-3: each attention computes its tables, and is
 * written out unless the config asks for flash-attn.
 */
function phi3VForward(config: ConfigReader, dimensions: Dimensions): ForwardPass {
  const usesFlash = config.string(['_attn_implementation', 'attn_implementation'], 'eager') === 'flash_attention_2'
  const window = config.optionalInteger('sliding_window')
  return {
    ...phi3Forward(config, dimensions),
    rotation: { features: 'all', tables: 'inLayers', frequencies: 'everyAttention' },
    masks: { forEachKind: false, size: 'square' },
    attention: { keepsProjections: true, sharedHeads: 'repeated', eagerOnly: !usesFlash },
    residual: { order: 'sequential', keepsAttended: true },
    // The places of the patches in the image encoder, and its class: whole numbers, as wide as two of these.
    float32BufferElements: 2 * ((336 / 14) ** 2 + 1),
    logits: { form: 'float32', prefill: 'allTokens', shifts: 'float32' },
    undescribed:
      usesFlash && window !== undefined && window < config.positive('max_position_embeddings', 4096)
        ? 'no model of flash-attn with a window shorter than the context: remove `sliding_window` to estimate without it'
        : undefined,
  }
}

/** CLIP's encoder, learned vectors between the parts of an image, and two layers over four joined patches. */
function imageEmbedding(config: ConfigReader, hiddenSize: number): Module {
  const encoder = config.object('vision_config').withoutFields(Object.keys(CLIP_LARGE_336)).withDefaults(CLIP_LARGE_336)
  const { root, dimensions } = clipVisionModel.describe(encoder, undefined, () => undefined)
  const joined = 4 * dimensions.hiddenSize
  const items = [
    { indices: [0], module: linear(joined, hiddenSize, { bias: true }) },
    { indices: [2], module: linear(hiddenSize, hiddenSize, { bias: true }) },
  ]
  return container(
    'Phi3ImageEmbedding',
    { img_processor: root, img_projection: { type: 'Sequential', items } },
    { parameters: { glb_GN: [1, 1, joined], sub_GN: [1, 1, 1, joined] } },
  )
}
