import { fusedAttention } from '../blocks/attention.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Phi-3-small (Abdin et al. 2024, arXiv:2404.14219), in the classes of its authors: sparse attention in every other layer. */
export const phi3small = decoderFamily({
  modelType: 'phi3small',
  name: 'Phi3Small',
  undescribed:
    'only its authors have the code, whose Triton kernels compute sparse attention in every other layer; measure a step with torch.cuda.max_memory_allocated',
  attributeMap: { ff_intermediate_size: 'intermediate_size' },
  defaults: {
    vocab_size: 100_352,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: false,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  norm: (size) => layerNorm(size),
  attention: (sizes) =>
    fusedAttention({
      ...sizes,
      qkvBias: true,
      outputBias: true,
      names: ['query_key_value', 'dense'],
      type: 'Phi3SmallSelfAttention',
    }),
  mlp: ({ hiddenSize, ffnSize }) =>
    container(
      'Phi3SmallMLP',
      {
        up_proj: linear(hiddenSize, 2 * ffnSize, { bias: true }),
        down_proj: linear(ffnSize, hiddenSize, { bias: true }),
      },
      { part: 'mlp' },
    ),
  lastNorm: 'final_layernorm',
})
