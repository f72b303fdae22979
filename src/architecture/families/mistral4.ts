import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { latentBlocks } from '../blocks/latent-attention.js'
import { latentForward } from '../forward/latent-forward.js'
import { placeScales } from '../forward/place-scales.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_FEED_FORWARD } from '../tensor-plan.js'

/** Mistral Small 4 (Mistral AI 2026, https://mistral.ai/news): latent attention and routed experts like DeepSeek-V3. */
export const mistral4 = decoderFamily({
  modelType: 'mistral4',
  name: 'Mistral4',
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: {
    vocab_size: 131_072,
    hidden_size: 4096,
    intermediate_size: 12_288,
    num_hidden_layers: 36,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    head_dim: false,
    max_position_embeddings: 1_048_576,
    tie_word_embeddings: false,
  },
  ...latentBlocks('Mistral4Attention', {
    q_lora_rank: 1024,
    kv_lora_rank: 256,
    qk_rope_head_dim: 64,
    qk_nope_head_dim: 64,
    v_head_dim: 128,
  }),
  mixture({ hiddenSize }, config) {
    const denseLayers = config.integer('first_k_dense_replace', 0)
    const mixture = deepseekMixture(config, hiddenSize, {
      type: 'Mistral4MoE',
      experts: 128,
      expertsPerToken: 4,
      ffnSize: 2048,
      shared: 1,
      denseLayers,
      transformers: 5,
    })
    return { ...mixture, isSparse: (index) => index >= denseLayers }
  },
  forward: (config) => ({
    ...latentForward(config),
    ...placeScales(config),
    attention: { latent: 'vector', placesScaleQueries: true },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        router: {
          logits: 'model',
          scores: 'softmax',
          biased: true,
          divided: config.boolean('norm_topk_prob', true) ? 'inPlace' : 'no',
          sum: 'shifted',
          scaled: true,
        },
        dispatch: 'grouped',
      },
    },
  }),
  tensorPlan: PLAN_OF_FEED_FORWARD,
})
