import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { experts, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/** Mixtral (Jiang et al. 2024, arXiv:2401.04088): Mistral with eight MLPs a layer, of which a token uses two. */
export const mixtral: Family = {
  modelTypes: ['mixtral'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 32_000,
      hidden_size: 4096,
      intermediate_size: 14_336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      max_position_embeddings: 131_072,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer('num_local_experts', 8),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const layer = container('MixtralDecoderLayer', {
      input_layernorm: norm,
      self_attn: attention({ ...sizes }),
      post_attention_layernorm: norm,
      block_sparse_moe: container(
        'MixtralSparseMoeBlock',
        {
          gate: linear(sizes.hiddenSize, routing.experts),
          experts: experts(routing, gatedMlp({ ...sizes, names: ['w1', 'w3', 'w2'] })),
        },
        { part: 'experts' },
      ),
    })
    const moe = moeDimensions(routing, { layers: sizes.layers, ffnSize: sizes.ffnSize })
    const windowTokens = config.optionalInteger('sliding_window')
    return causalLm({
      config,
      className,
      family: 'mixtral',
      name: 'Mixtral',
      model: decoderModel('MixtralModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, windowTokens, moe }),
    })
  },
}
