import { convolution } from '../blocks/convolution.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { patchesJoined } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Kimi K2.5 (Moonshot AI 2026, arXiv:2602.02276): Kimi K2 with MoonViT, an encoder for images and video of any size. */
export const kimiK25 = multimodalFamily({
  modelType: 'kimi_k25',
  name: 'Kimi_K25',
  text: { family: 'deepseek_v3', tied: true },
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
      { q_proj: square, k_proj: square, v_proj: square, proj: square },
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
