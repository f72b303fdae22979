import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** VaultGemma (Google 2025, arXiv:2510.15001): Gemma 2 trained with differential privacy, without the norms after its blocks. */
export const vaultgemma = decoderFamily({
  modelType: 'vaultgemma',
  name: 'VaultGemma',
  defaults: {
    vocab_size: 256_000,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 26,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  attentionPattern: (config, layers) =>
    windowOf(layerTypes(config, layers, slidingBut(2)), slidingWindow(config, 4096)),
  mlp: gatedMlp,
  layer: (type, { norm, attention, mlp }) =>
    container(type, { self_attn: attention, mlp, input_layernorm: norm, pre_feedforward_layernorm: norm }),
})
