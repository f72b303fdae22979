import { convolution } from '../blocks/convolution.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { patchesJoined } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family } from '../family.js'
import { axialFrequencies, withTowerBuffers } from '../forward/tower-buffers.js'
import { container, type Module, repeated, tower } from '../module.js'
import { kimiK25Images } from '../senses/kimi-k25.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'
import { newerDeepseekV3 } from '../shapes/newer-deepseek-v3.js'

/** Its language model: DeepSeek-V3 as transformers 5 has it. */
const languageModel: Family = {
  ...decoderFamily({
    ...newerDeepseekV3,
    modelType: 'deepseek_v3',
    liger: { keeps: ['rotation'], isUnrecorded: true },
    forward: (config) => ({ ...newerDeepseekV3.forward(config), routerLogits: {} }),
  }),
  // Older configs have the second name.
  modelTypes: ['deepseek_v3', 'kimi_k2'],
}

/** Kimi K2.5 (Moonshot AI 2026, arXiv:2602.02276): Kimi K2 with MoonViT, an encoder for images and video of any size. */
export const kimiK25 = multimodalFamily({
  modelType: 'kimi_k25',
  name: 'Kimi_K25',
  images: kimiK25Images,
  madeAfterText: ['mm_projector'],
  text: { family: 'deepseek_v3', newer: languageModel, tied: true },
  changes: (forward, config) => ({ ...withTowerBuffers(towerBuffer)(forward, config), placeholderMasks: 1 }),
  beside(config, { text }) {
    const vision = config.object('vision_config')
    // The files of the model's authors put `vt_` before these names.
    const hiddenSize = vision.positive(['hidden_size', 'vt_hidden_size'], 1152)
    const joined = hiddenSize * patchesJoined(vision, 'merge_kernel_size')
    const normed = config.derived('projection_hidden_size', vision.integer('mm_hidden_size', 1152))
    return {
      vision_tower: tower('vision', moonVit(vision, hiddenSize)),
      mm_projector: tower(
        'projector',
        container('Kimi_K25MultimodalProjection', {
          pre_norm: layerNorm(normed),
          in_proj: linear(joined, joined, { bias: true }),
          out_proj: linear(joined, text.hiddenSize, { bias: true }),
        }),
      ),
    }
  },
})

/** The encoder's sinusoids of frames, behind a row of zeros, and its frequencies. */
function towerBuffer(vision: ConfigReader): number {
  const hiddenSize = vision.positive(['hidden_size', 'vt_hidden_size'], 1152)
  const heads = vision.positive(['num_attention_heads', 'vt_num_attention_heads'], 16)
  const frames = vision.integer(['pos_emb_time', 'init_pos_emb_time'], 4)
  return (1 + frames) * hiddenSize + axialFrequencies(vision.integer('head_dim', Math.floor(hiddenSize / heads)))
}

function moonVit(config: ConfigReader, hiddenSize: number): Module {
  const ffnSize = config.integer(['intermediate_size', 'vt_intermediate_size'], 4304)
  const layers = config.integer(['num_hidden_layers', 'vt_num_hidden_layers'], 27)
  const patch = config.positive('patch_size', 14)
  const height = config.positive(['pos_emb_height', 'init_pos_emb_height'], 64)
  const width = config.positive(['pos_emb_width', 'init_pos_emb_width'], 64)
  const norm = layerNorm(hiddenSize)
  const square = linear(hiddenSize, hiddenSize, { bias: true })
  const layer = container('Kimi_K25VisionEncoderLayer', {
    norm1: norm,
    norm2: norm,
    attn: container(
      'Kimi_K25VisionAttention',
      { proj: square, q_proj: square, k_proj: square, v_proj: square },
      { part: 'attention' },
    ),
    mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
  })
  const positions: Module = {
    type: 'Kimi_K25VisionPositionEmbeddings',
    parameters: { position_embeddings: [height, width, hiddenSize] },
  }
  return container('Kimi_K25VisionModel', {
    patch_embed: container('Kimi_K25VisionPatchEmbed', {
      proj: convolution(3, hiddenSize, [patch, patch]),
      pos_emb: positions,
    }),
    layers: repeated(layers, layer),
    final_layernorm: norm,
  })
}
