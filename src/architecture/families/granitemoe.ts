import { blockSparseLayer } from '../blocks/decoder-layer.js'
import { graniteMixture } from '../blocks/granite-experts.js'
import { llamaForward } from '../forward/llama-forward.js'
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
  mixture: (sizes, config) => graniteMixture(config, sizes),
  layer: blockSparseLayer,
  forward: (config) => ({
    ...llamaForward(config),
    embedding: 'scaled',
    masks: { size: 'forAllSequences' },
    residual: { order: 'sequential', scaled: true },
    logits: { form: 'scaled' },
  }),
})
