import { deepseekIndexer, INDEXER_PARAMETERS } from '../blocks/deepseek-indexer.js'
import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { MERGED_GATED_EXPERTS } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { DEEPSEEK_LATENT, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_LATENT_HEADS } from '../tensor-plan.js'

/**
 * DeepSeek-V3.2 (DeepSeek-AI 2025, arXiv:2512.02556): DeepSeek-V3 with an indexer that selects the tokens that attention
 * looks at.
 */
export const deepseekV32 = decoderFamily({
  modelType: 'deepseek_v32',
  name: 'DeepseekV32',
  defaults: {
    vocab_size: 129_280,
    hidden_size: 7168,
    intermediate_size: 18_432,
    num_hidden_layers: 61,
    num_attention_heads: 128,
    num_key_value_heads: 128,
    head_dim: false,
    max_position_embeddings: 163_840,
    tie_word_embeddings: false,
  },
  attention(sizes, config) {
    const queryRank = config.integer('q_lora_rank', DEEPSEEK_LATENT.q_lora_rank)
    return latentAttention({
      ...sizes,
      ...latentSizes(config, DEEPSEEK_LATENT),
      queryRank,
      bias: config.boolean('attention_bias', false),
      also: {
        indexer: deepseekIndexer('DeepseekV32Indexer', config, { hiddenSize: sizes.hiddenSize, queryRank, heads: 64 }),
      },
      type: 'DeepseekV32Attention',
    })
  },
  mlp: gatedMlp,
  mixture: ({ hiddenSize }, config) =>
    deepseekMixture(config, hiddenSize, {
      type: 'DeepseekV32MoE',
      experts: 256,
      expertsPerToken: 8,
      ffnSize: 2048,
      shared: 1,
      denseLayers: 3,
      transformers: 5,
      expertFields: ['num_experts', 'num_local_experts', 'n_routed_experts'],
    }),
  dimensions: (_, config) => ({ headDim: latentSizes(config, DEEPSEEK_LATENT).queryHeadDim }),
  keptInFloat32: ['indexer.weights_proj'],
  keepsFloat32: 'unpacked',
  forward: (config) => ({
    rotation: {
      features: config.integer('qk_rope_head_dim', 64),
      pairs: 'neighbours',
      frequencies: 'modelTwice',
    },
    masks: { given: 'narrowed' },
    norm: 'rmsNorm',
    attention: { latent: 'vector', indexer: 'halves', chosenTokens: config.integer('index_topk', 2048) },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { ...groupedDeepseekMixture(config), untrainedParameters: INDEXER_PARAMETERS },
    },
  }),
  mergedLayers: MERGED_GATED_EXPERTS,
  tensorPlan: PLAN_OF_LATENT_HEADS,
})
