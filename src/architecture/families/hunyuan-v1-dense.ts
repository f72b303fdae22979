import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/**
 * Hunyuan's dense models (Tencent 2025, https://github.com/Tencent-Hunyuan/Hunyuan-7B): Llama with norms of each
 * head's queries and keys.
 */
export const hunyuanV1Dense: Family = {
  modelTypes: ['hunyuan_v1_dense'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 290_943,
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const layer = preNormLayer('HunYuanDenseV1DecoderLayer', {
      norm,
      attention: attention({
        ...sizes,
        qkvBias: bias,
        outputBias: bias,
        also: { query_layernorm: rmsNorm(sizes.headDim), key_layernorm: rmsNorm(sizes.headDim) },
      }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'hunyuan_v1_dense',
      name: 'HunYuanDenseV1',
      model: decoderModel('HunYuanDenseV1Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
