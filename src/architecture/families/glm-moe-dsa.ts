import { deepseekIndexer, INDEXER_PARAMETERS } from '../blocks/deepseek-indexer.js'
import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { MERGED_GATED_EXPERTS } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { type LatentDefaults, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import type { ConfigReader } from '../config-reader.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { range } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** GLM-5 (Z.ai 2026, arXiv:2602.15763): DeepSeek-V3.2's sparse attention, whose choice of tokens several layers may share. */
export const glmMoeDsa = decoderFamily({
  modelType: 'glm_moe_dsa',
  unreplayed: ['reentrant recomputation'],
  name: 'GlmMoeDsa',
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: {
    vocab_size: 154_880,
    hidden_size: 6144,
    intermediate_size: 12_288,
    num_hidden_layers: 78,
    num_attention_heads: 64,
    num_key_value_heads: 64,
    head_dim: false,
    max_position_embeddings: 202_752,
    tie_word_embeddings: false,
  },
  attentionKinds: indexerTypes,
  attention(sizes, config, kind) {
    const queryRank = config.integer('q_lora_rank', LATENT.q_lora_rank)
    const { hiddenSize } = sizes
    const indexer = deepseekIndexer('GlmMoeDsaIndexer', config, { hiddenSize, queryRank, heads: 32 })
    return latentAttention({
      ...sizes,
      ...latentSizes(config, LATENT),
      queryRank,
      bias: config.boolean('attention_bias', false),
      also: kind === 'shared' ? {} : { indexer },
      type: 'GlmMoeDsaAttention',
    })
  },
  mlp: gatedMlp,
  mixture: ({ hiddenSize }, config) =>
    deepseekMixture(config, hiddenSize, {
      type: 'GlmMoeDsaMoE',
      experts: 256,
      expertsPerToken: 8,
      ffnSize: 2048,
      shared: 1,
      denseLayers: 3,
      transformers: 5,
      expertFields: ['num_experts', 'n_routed_experts'],
    }),
  dimensions: (_, config) => ({ headDim: latentSizes(config, LATENT).queryHeadDim }),
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
    attention: {
      latent: 'vector',
      indexer: 'neighbours',
      handsOn: true,
      chosenTokens: config.integer('index_topk', 2048),
    },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { ...groupedDeepseekMixture(config), untrainedParameters: INDEXER_PARAMETERS },
    },
  }),
  mergedLayers: MERGED_GATED_EXPERTS,
  undivided: NOT_REPLAYED,
})

const LATENT: LatentDefaults = {
  q_lora_rank: 2048,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 192,
  v_head_dim: 256,
}

const TYPE_OF_LETTER: Readonly<Record<string, string>> = { F: 'full', S: 'shared' }

/** Which layers have an indexer of their own, `full`, and which use the one before, `shared`. */
function indexerTypes(config: ConfigReader, layers: number): readonly string[] {
  const pattern = config.raw('index_topk_pattern')
  const listed =
    config.strings('indexer_types') ??
    (typeof pattern === 'string'
      ? [...pattern].map((letter) => {
          const type = TYPE_OF_LETTER[letter]
          if (type === undefined) throw config.invalid('index_topk_pattern', 'a text of the letters F and S')
          return type
        })
      : config.strings('index_topk_pattern'))
  const period = Math.max(config.integer('index_topk_freq', 1), 1)
  const offset = config.integer('index_skip_topk_offset', 2)
  const byRule = (index: number) => (Math.max(index - offset + 1, 0) % period === 0 ? 'full' : 'shared')
  return range(layers).map((index) => listed?.[index] ?? byRule(index))
}
