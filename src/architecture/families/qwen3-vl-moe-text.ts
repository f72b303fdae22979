import { headNorms, llamaAttention } from '../blocks/attention.js'
import { expertsBlock, fusedExpertsTransposed, qwenSparseLayers } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** The language model of Qwen3-VL's mixtures: Qwen 3 MoE with the experts of a layer in two tensors. */
export const qwen3VlMoeText = decoderFamily({
  modelType: 'qwen3_vl_moe_text',
  liger: { isUnrecorded: true },
  name: 'Qwen3VLMoeText',
  attributeMap: { num_local_experts: 'num_experts' },
  defaults: {
    vocab_size: 151_936,
    hidden_size: 2048,
    intermediate_size: 5632,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    max_position_embeddings: 128_000,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => llamaAttention(sizes, config, headNorms(sizes)),
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer('num_experts', 60),
      expertsPerToken: config.integer('num_experts_per_tok', 4),
    }
    const ffnSize = config.integer('moe_intermediate_size', 1408)
    return {
      routing,
      ffnSize,
      block: expertsBlock('Qwen3VLMoeTextSparseMoeBlock', {
        gate: linear(hiddenSize, routing.experts),
        experts: fusedExpertsTransposed({ ...routing, hiddenSize, ffnSize }),
      }),
      isSparse: qwenSparseLayers(config, routing),
    }
  },
  forward: (config) => ({
    rotation: { features: 'all' },
    norm: 'rmsNorm',
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { router: 'softmaxIntoZeros' },
    },
  }),
  undivided: NOT_REPLAYED,
})
