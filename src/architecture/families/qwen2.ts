import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { qwenWindow } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/**
 * Qwen 1.5, 2 and 2.5 (Qwen team 2024, arXiv:2407.10671 and arXiv:2412.15115): Llama with biases of queries, keys and
 * values.
 */
export const qwen2: Family = {
  modelTypes: ['qwen2'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 151_936,
      hidden_size: 4096,
      intermediate_size: 22_016,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      max_position_embeddings: 32_768,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const window = qwenWindow(config, sizes.layers)
    const layer = preNormLayer('Qwen2DecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: true }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'qwen2',
      name: 'Qwen2',
      model: decoderModel('Qwen2Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      questionAnsweringPrefix: 'transformer',
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window }),
    })
  },
}
