import { llamaAttention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/** DiffLlama (after Ye et al. 2024, arXiv:2410.05258): each head is the difference of two attentions, weighed by four learned vectors. */
export const diffllama = decoderFamily({
  modelType: 'diffllama',
  name: 'DiffLlama',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 2048,
    intermediate_size: 8192,
    num_hidden_layers: 16,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attention(sizes, config) {
    const lambda = [sizes.headDim]
    const parameters = { lambda_q1: lambda, lambda_k1: lambda, lambda_q2: lambda, lambda_k2: lambda }
    return { ...llamaAttention(sizes, config), parameters }
  },
  mlp: gatedMlp,
  questionAnsweringPrefix: 'transformer',
  forward: (config) => ({
    ...llamaForward(config),
    attention: { sharedHeads: 'repeated', isDifference: true },
  }),
  undivided: ONLY_IN_5,
})
