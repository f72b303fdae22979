import { attention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { windowInAllLayers } from '../blocks/layer-types.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Mistral 7B (Jiang et al. 2023, arXiv:2310.06825): Llama with grouped queries and a window over the last tokens. */
export const mistral = decoderFamily({
  modelType: 'mistral',
  name: 'Mistral',
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attentionPattern: windowInAllLayers(4096),
  attention,
  mlp: gatedMlp,
  forward: (config) => ({
    ...llamaForward(config),
    masks: { forEachKind: false },
  }),
  loraTargets: ['q_proj', 'v_proj'],
})
