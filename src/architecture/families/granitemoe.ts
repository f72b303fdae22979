import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { moeDimensions } from '../blocks/experts.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, type Module, repeated } from '../module.js'

/** Granite 3 MoE (IBM 2024, https://www.ibm.com/granite): the experts of a layer in two tensors. */
export const granitemoe: Family = {
  modelTypes: ['granitemoe'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 32_000,
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      head_dim: false,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const routing = {
      experts: config.integer('num_local_experts', 8),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const { hiddenSize, ffnSize } = sizes
    const parallel = (inFeatures: number, outFeatures: number): Module => ({
      type: 'GraniteMoeParallelExperts',
      parameters: { weight: [routing.experts, outFeatures, inFeatures] },
      routed: routing,
    })
    const mixture = container(
      'GraniteMoeMoE',
      {
        router: container('GraniteMoeTopKGating', { layer: linear(hiddenSize, routing.experts) }),
        input_linear: parallel(hiddenSize, 2 * ffnSize),
        output_linear: parallel(ffnSize, hiddenSize),
      },
      { part: 'experts' },
    )
    const layer = container('GraniteMoeDecoderLayer', {
      input_layernorm: norm,
      self_attn: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      post_attention_layernorm: norm,
      block_sparse_moe: routing.experts > 0 ? mixture : undefined,
    })
    const moe = moeDimensions(routing, { layers: sizes.layers, ffnSize })
    return causalLm({
      config,
      className,
      family: 'granitemoe',
      name: 'GraniteMoe',
      model: decoderModel('GraniteMoeModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, moe }),
    })
  },
}
