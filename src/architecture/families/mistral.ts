import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { windowInAllLayers } from '../blocks/layer-types.js'
import { withoutBiases } from '../blocks/without-biases.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Mistral 7B (Jiang et al. 2023, arXiv:2310.06825): Llama with grouped queries and a window over the last tokens. */
export const mistral = decoderFamily({
  modelType: 'mistral',
  name: 'Mistral',
  copiedWith: ['sliding_window'],
  defaults: { ...LLAMA_DEFAULTS, intermediate_size: 14_336, num_key_value_heads: 8, max_position_embeddings: 131_072 },
  attentionPattern: windowInAllLayers(4096),
  ...withoutBiases,
  forward: (config) => ({ ...llamaForward(config), masks: { forEachKind: false } }),
  loraTargets: ['q_proj', 'v_proj'],
})
