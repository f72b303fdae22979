import { linear } from '../blocks/linear.js'
import { timmSiglip } from '../blocks/timm-siglip.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** DeepSeek-VL2 (Wu et al. 2024, arXiv:2412.10302) in the class of its authors: DeepSeek-V2 with SigLIP's encoder. */
export const deepseekVlV2 = multimodalFamily({
  modelType: 'deepseek_vl_v2',
  name: 'DeepseekVLV2',
  suffix: 'ForCausalLM',
  holds: 'whole',
  languageModelName: 'language',
  text: {
    family: 'deepseek_v2',
    field: 'language_config',
    // The class of the authors has other defaults than that of transformers.
    defaults: { vocab_size: 102_400, num_key_value_heads: null },
  },
  beside(config, { text }) {
    return {
      vision: tower('vision', timmSiglip(config.object('vision_config'))),
      projector: tower('projector', projector(config.object('projector_config'), text.hiddenSize)),
    }
  },
  parameters(config, text) {
    const width = config.object('projector_config').positive('n_embed', text.hiddenSize)
    if (config.string('tile_tag', '2D') === '2D') return { image_newline: [width], view_seperator: [width] }
    const resolutions = config.raw('candidate_resolutions')
    return { tile_indicators: [(Array.isArray(resolutions) ? resolutions.length : 1) + 1, width] }
  },
})

/** Joins neighbouring patches, and passes them through a few layers. */
function projector(config: ConfigReader, hiddenSize: number): Module {
  const inFeatures = config.positive('input_dim', 1152) * config.positive('downsample_ratio', 2) ** 2
  const outFeatures = config.positive('n_embed', hiddenSize)
  const inner = outFeatures * config.positive('mlp_ratio', 1)
  const depth = config.positive('depth', 2)
  const widths = [inFeatures, ...Array.from({ length: depth - 1 }, () => inner), outFeatures]
  const items = widths.slice(1).map((width, index) => ({
    indices: [2 * index],
    module: linear(widths[index] ?? width, width, { bias: true }),
  }))
  return container('MlpProjector', { layers: { type: 'Sequential', items } })
}
