import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { experts, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/** Phi-3.5-MoE (Abdin et al. 2024, arXiv:2404.14219): sixteen MLPs a layer, of which a token uses two; layer norms. */
export const phimoe: Family = {
  modelTypes: ['phimoe'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 32_064,
      hidden_size: 4096,
      intermediate_size: 6400,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      head_dim: false,
      max_position_embeddings: 131_072,
      tie_word_embeddings: false,
    })
    const norm = layerNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const routing = {
      experts: config.integer('num_local_experts', 16),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const layer = container('PhimoeDecoderLayer', {
      input_layernorm: norm,
      self_attn: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      post_attention_layernorm: norm,
      block_sparse_moe: container(
        'PhimoeSparseMoeBlock',
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
      family: 'phimoe',
      name: 'Phimoe',
      model: decoderModel('PhimoeModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      headBias: config.boolean('lm_head_bias', false),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, windowTokens, moe }),
    })
  },
}
