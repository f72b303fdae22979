import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family } from '../family.js'
import { container, type Module } from '../module.js'
import { chooseClass } from '../shapes/model-class.js'
import { mistral } from './mistral.js'

/** NV-Embed 1 and 2 (Lee et al. 2024, arXiv:2405.17428) in the class of their authors: a Mistral that sees the whole text, and attention to learned vectors. */
export const nvembed: Family = {
  modelTypes: ['nvembed'],
  classPrefix: 'NVEmbed',
  encodes: true,
  undescribed:
    'only its authors have the code, which transformers 4.57 cannot import; measure a step with torch.cuda.max_memory_allocated',
  describe(config, className, find) {
    const text = config.object('text_config').withDefaults({ num_key_value_heads: 8 })
    const { root, dimensions } = mistral.describe(text, 'MistralModel', find)
    const latent_attention_model = latentAttention(config.object('latent_attention_config'))
    const chosen = chooseClass('NVEmbed', className, {
      Model: () => container('NVEmbedModel', { latent_attention_model, embedding_model: root }),
    })
    return { ...chosen, dimensions }
  },
}

/** The words attend to learned vectors, and pass through a gated feed-forward network. */
function latentAttention(config: ConfigReader): Module {
  const width = config.positive('latent_dim', 4096)
  const context = config.positive('hidden_dim', 4096)
  const features = config.positive('num_cross_heads', 8) * config.positive('cross_dim_head', 4096)
  const attention = container(
    'Attention',
    {
      to_q: linear(width, features),
      to_kv: linear(context, 2 * features),
      to_out: linear(features, width),
    },
    { part: 'attention' },
  )
  const inner = 4 * width
  const items = [
    { indices: [0], module: linear(width, 2 * inner, { bias: true }) },
    { indices: [2], module: linear(inner, width, { bias: true }) },
  ]
  const feedForward = container('FeedForward', { net: { type: 'Sequential', items } }, { part: 'mlp' })
  const norm = layerNorm(width)
  const blocks = [
    { indices: [0], module: container('PreNorm', { fn: attention, norm, norm_context: layerNorm(context) }) },
    { indices: [1], module: container('PreNorm', { fn: feedForward, norm }) },
  ]
  return container(
    'LatentAttentionModel',
    { cross_attend_blocks: { type: 'ModuleList', items: blocks } },
    { parameters: { latents: [config.positive('num_latents_value', 512), width] } },
  )
}
