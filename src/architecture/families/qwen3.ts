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

/** Qwen 3, the dense models (Qwen team 2025, arXiv:2505.09388): Llama with norms of each head's queries and keys. */
export const qwen3: Family = {
  modelTypes: ['qwen3'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 151_936,
      hidden_size: 4096,
      intermediate_size: 22_016,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      head_dim: 128,
      max_position_embeddings: 32_768,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const window = qwenWindow(config, sizes.layers)
    const layer = preNormLayer('Qwen3DecoderLayer', {
      norm,
      attention: attention({
        ...sizes,
        qkvBias: bias,
        outputBias: bias,
        also: { q_norm: rmsNorm(sizes.headDim), k_norm: rmsNorm(sizes.headDim) },
      }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'qwen3',
      name: 'Qwen3',
      model: decoderModel('Qwen3Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      questionAnsweringPrefix: 'transformer',
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window }),
    })
  },
}
