import { llamaAttention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_VOCABULARY } from '../tensor-plan.js'

/**
 * Hunyuan's dense models (Tencent 2025, https://github.com/Tencent-Hunyuan/Hunyuan-7B): Llama with norms of each
 * head's queries and keys.
 */
export const hunyuanV1Dense = decoderFamily({
  modelType: 'hunyuan_v1_dense',
  liger: { keeps: ['headNorms'] },
  name: 'HunYuanDenseV1',
  defaults: {
    vocab_size: 290_943,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) =>
    llamaAttention(sizes, config, {
      query_layernorm: rmsNorm(sizes.headDim),
      key_layernorm: rmsNorm(sizes.headDim),
    }),
  mlp: gatedMlp,
  forward: (config) => ({
    ...llamaForward(config),
    attention: { headNorms: 'rotated' },
  }),
  tensorPlan: PLAN_OF_VOCABULARY,
})
