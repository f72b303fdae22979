import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { fusedExpertsTransposed, moeDimensions, router } from '../blocks/experts.js'
import { layerTypes, slidingBut, windowOf } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/**
 * gpt-oss (OpenAI 2025, arXiv:2508.10925): biases everywhere, an attention sink for each head, the experts of a layer
 * in a few tensors.
 */
export const gptOss: Family = {
  modelTypes: ['gpt_oss'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 201_088,
      hidden_size: 2880,
      intermediate_size: 2880,
      num_hidden_layers: 36,
      num_attention_heads: 64,
      num_key_value_heads: 8,
      head_dim: 64,
      max_position_embeddings: 131_072,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', true)
    const routing = {
      experts: config.integer('num_local_experts', 128),
      expertsPerToken: config.integer('num_experts_per_tok', 4),
    }
    const { hiddenSize } = sizes
    const types = layerTypes(config, sizes.layers, slidingBut(2))
    const window = windowOf(types, config.integer('sliding_window', 128))
    const layer = preNormLayer('GptOssDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias, parameters: { sinks: [sizes.heads] } }),
      mlp: container(
        'GptOssMLP',
        {
          router: router(routing.experts, hiddenSize, { bias: true }),
          experts: fusedExpertsTransposed({ ...sizes, ...routing }, { bias: true }),
        },
        { part: 'experts' },
      ),
    })
    const moe = moeDimensions(routing, { layers: sizes.layers, ffnSize: sizes.ffnSize })
    return causalLm({
      config,
      className,
      family: 'gpt_oss',
      name: 'GptOss',
      model: decoderModel('GptOssModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window, moe }),
    })
  },
}
