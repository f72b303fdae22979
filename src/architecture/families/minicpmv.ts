import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { siglipTransformer } from '../blocks/siglip.js'
import { multiheadAttention, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/**
 * MiniCPM-V 2.6 to 4.5 (Yao et al. 2024, arXiv:2408.01800) in the class of its authors: SigLIP's encoder, and learned queries that
 * attend to its patches. The language model depends on the version.
 */
export const minicpmv = multimodalFamily({
  modelType: 'minicpmv',
  name: 'MiniCPMV',
  suffix: '',
  holds: 'whole',
  languageModelName: 'llm',
  text: { family: languageModel, mayBeFlat: true },
  beside(config, { text }) {
    const stated = config.object('vision_config').withDefaults({ vision_use_head: false, image_size: 980 })
    const sizes = visionSizes(stated, {
      hidden_size: 1152,
      intermediate_size: 4304,
      num_hidden_layers: 27,
      num_attention_heads: 16,
      patch_size: 14,
    })
    const layers = sizes.layers - (config.boolean('drop_vision_last_layer', true) ? 1 : 0)
    return {
      vpm: tower('vision', siglipTransformer(stated, { ...sizes, layers })),
      resampler: tower('projector', resampler(config.integer('query_num', 64), sizes.hiddenSize, text.hiddenSize)),
    }
  },
})

/** The family of the language model: Qwen 2 in version 2.6, Llama in 4.0, Qwen 3 in 4.5. */
function languageModel(config: ConfigReader): string {
  const version = String(config.raw('version') ?? '2.6')
  const family = LANGUAGE_MODELS[version]
  if (family === undefined) throw config.invalid('version', '2.6, 4.0 or 4.5, the versions whose parts are described')
  return family
}

const LANGUAGE_MODELS: Readonly<Record<string, string | undefined>> = {
  '2.6': 'qwen2',
  '4': 'llama',
  '4.0': 'llama',
  '4.5': 'qwen3',
}

function resampler(queries: number, inFeatures: number, features: number): Module {
  const norm = layerNorm(features)
  return container(
    'Resampler',
    {
      kv_proj: inFeatures === features ? undefined : linear(inFeatures, features),
      attn: multiheadAttention(features),
      ln_q: norm,
      ln_kv: norm,
      ln_post: norm,
    },
    { parameters: { query: [queries, features], proj: [features, features] } },
  )
}
