import { attention } from '../blocks/attention.js'
import { windowInAllLayers } from '../blocks/layer-types.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** StarCoder2 (Lozhkov et al. 2024, arXiv:2402.19173): layer norms, a plain MLP, biases everywhere. */
export const starcoder2 = decoderFamily({
  modelType: 'starcoder2',
  name: 'Starcoder2',
  defaults: {
    vocab_size: 49_152,
    hidden_size: 3072,
    intermediate_size: 12_288,
    num_hidden_layers: 30,
    num_attention_heads: 24,
    num_key_value_heads: 2,
    max_position_embeddings: 4096,
    tie_word_embeddings: true,
  },
  attentionPattern: windowInAllLayers(),
  norm: (size) => layerNorm(size),
  attention(sizes, config) {
    const bias = config.boolean('use_bias', true)
    return attention({ ...sizes, qkvBias: bias, outputBias: bias })
  },
  plainMlp: (sizes, config) =>
    plainMlp({ ...sizes, bias: config.boolean('use_bias', true), names: ['c_fc', 'c_proj'] }),
  forward: (config) => ({
    masks: { forEachKind: false },
    rotation: { features: 'all' },
    norm: 'layerNorm',
    feedForward: { activation: config.string('hidden_act', 'gelu') },
    dropout: {
      embeddings: config.number('embedding_dropout', 0),
      attended: config.number('residual_dropout', 0),
      fed: config.number('residual_dropout', 0),
      fixed: ['embeddings', 'attention', 'attended', 'fed'],
    },
  }),
  tensorPlan: { ...PLAN, columns: ['q_proj', 'k_proj', 'v_proj', 'c_fc'], rows: ['o_proj', 'c_proj'] },
})
