import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { fusedExpertsTransposed, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, listOf, range } from '../module.js'

/**
 * Llama 4's language model (Meta 2025, https://ai.meta.com/blog/llama-4-multimodal-intelligence): experts beside a
 * shared one, in every layer or every other.
 */
export const llama4Text: Family = {
  modelTypes: ['llama4_text'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 202_048,
      hidden_size: 5120,
      intermediate_size: 8192,
      num_hidden_layers: 48,
      num_attention_heads: 40,
      num_key_value_heads: 8,
      head_dim: 128,
      max_position_embeddings: 131_072,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer('num_local_experts', 16),
      expertsPerToken: config.integer('num_experts_per_tok', 1),
    }
    const { hiddenSize, ffnSize, layers } = sizes
    const denseFfnSize = config.integer('intermediate_size_mlp', 16_384)
    const step = config.positive('interleave_moe_layer_step', 1)
    const moeLayers = config.integers('moe_layers')
    const isSparse = (index: number) => (moeLayers ? moeLayers.includes(index) : (index + 1) % step === 0)
    const mixture = container(
      'Llama4TextMoe',
      {
        router: linear(hiddenSize, routing.experts),
        experts: fusedExpertsTransposed({ ...sizes, ...routing }),
        shared_expert: gatedMlp({ hiddenSize, ffnSize }),
      },
      { part: 'experts' },
    )
    const layer = (sparse: boolean) =>
      container('Llama4TextDecoderLayer', {
        input_layernorm: norm,
        self_attn: attention({ ...sizes }),
        post_attention_layernorm: norm,
        feed_forward: sparse ? mixture : gatedMlp({ hiddenSize, ffnSize: denseFfnSize }),
      })
    const sparseLayers = range(layers).filter(isSparse).length
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize, shared: 1 })
    const ffnHiddenSize = sparseLayers === layers ? ffnSize : denseFfnSize
    const rotates = config.integers('no_rope_layers')
    const interval = config.positive('no_rope_layer_interval', 4)
    const isUnrotated = (index: number) => (rotates?.length ? rotates[index] === 0 : (index + 1) % interval === 0)
    return causalLm({
      config,
      className,
      family: 'llama4_text',
      name: 'Llama4',
      model: decoderModel('Llama4TextModel', { ...sizes, layers: listOf(layers, isSparse, layer), norm }),
      computation: { unrotatedLayers: range(layers).filter(isUnrotated) },
      dimensions: decoderDimensions(sizes, { gatedMlp: true, moe, ffnHiddenSize }),
    })
  },
}
