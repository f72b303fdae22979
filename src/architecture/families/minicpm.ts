import { experts, expertsBlock } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** MiniCPM 1, 2 and 4 (Hu et al. 2024, arXiv:2404.06395), in the classes of their authors: Llama with scaled sums, or experts. */
export const minicpm = decoderFamily({
  modelType: 'minicpm',
  name: 'MiniCPM',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  mixture(sizes, config) {
    const routing = {
      experts: config.integer('num_experts', 0),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const { hiddenSize, ffnSize } = sizes
    return {
      routing,
      ffnSize,
      block: expertsBlock('MiniCPMMoE', {
        gate: linear(hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize, names: ['w1', 'w3', 'w2'] })),
      }),
      isSparse: () => routing.experts > 0,
    }
  },
})
