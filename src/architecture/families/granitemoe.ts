import { blockSparseLayer } from '../blocks/decoder-layer.js'
import { expertsBlock } from '../blocks/experts.js'
import { linear } from '../blocks/linear.js'
import { llamaForward } from '../forward/llama-forward.js'
import { container, type Module } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Granite 3 MoE (IBM 2024, https://www.ibm.com/granite): the experts of a layer in two tensors. */
export const granitemoe = decoderFamily({
  modelType: 'granitemoe',
  name: 'GraniteMoe',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  mixture({ hiddenSize, ffnSize }, config) {
    const routing = {
      experts: config.integer('num_local_experts', 8),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const parallel = (inFeatures: number, outFeatures: number): Module => ({
      type: 'GraniteMoeParallelExperts',
      parameters: { weight: [routing.experts, outFeatures, inFeatures] },
      routed: routing,
    })
    const block = expertsBlock('GraniteMoeMoE', {
      router: container('GraniteMoeTopKGating', { layer: linear(hiddenSize, routing.experts) }),
      input_linear: parallel(hiddenSize, 2 * ffnSize),
      output_linear: parallel(ffnSize, hiddenSize),
    })
    return { routing, ffnSize, block: routing.experts > 0 ? block : undefined }
  },
  layer: blockSparseLayer,
  forward: (config) => ({
    ...llamaForward(config),
    embedding: 'scaled',
    masks: { size: 'forAllSequences' },
    residual: { order: 'sequential', scaled: true },
    logits: { form: 'scaled' },
  }),
})
