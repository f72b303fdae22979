import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { postNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingBut, windowOf } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** Olmo 3 (Olmo team 2025, arXiv:2512.13961): OLMo 2 with a window in three layers of four. */
export const olmo3: Family = {
  modelTypes: ['olmo3'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 50_304,
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const types = layerTypes(config, sizes.layers, slidingBut(4))
    const window = windowOf(types, config.integer('sliding_window', 4096))
    const also = {
      q_norm: rmsNorm(sizes.heads * sizes.headDim),
      k_norm: rmsNorm(sizes.kvHeads * sizes.headDim),
    }
    const layer = postNormLayer('Olmo3DecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias, also }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'olmo3',
      name: 'Olmo3',
      model: decoderModel('Olmo3Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window }),
    })
  },
}
