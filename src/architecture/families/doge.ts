import { headNorms, llamaAttention } from '../blocks/attention.js'
import { embedding } from '../blocks/embedding.js'
import { llamaMlp } from '../blocks/gated-mlp.js'
import { slidingWindow } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * Doge (SmallDoge 2024, https://github.com/SmallDoges/small-doge): a learned mask on keys, a gain for each residual connection, and
 * in some models thousands of experts that are a vector each.
 */
export const doge = decoderFamily({
  modelType: 'doge',
  name: 'Doge',
  defaults: {
    vocab_size: 32_768,
    hidden_size: 1024,
    intermediate_size: 2048,
    num_hidden_layers: 32,
    num_attention_heads: 8,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attentionPattern: (config) => ({ windowTokens: slidingWindow(config) }),
  attention(sizes, config) {
    const { kvHeads, headDim } = sizes
    const dt_proj = linear(kvHeads * headDim, kvHeads, { bias: config.boolean('attention_bias', false) })
    const { o_proj, ...projections } = llamaAttention(sizes, config).children ?? {}
    return container(
      'Attention',
      { ...projections, dt_proj, o_proj, ...headNorms(sizes) },
      { part: 'attention', parameters: { A: [kvHeads] } },
    )
  },
  mlp(sizes, config) {
    const mlp = llamaMlp(sizes, config)
    if (!config.boolean('is_moe', false)) return mlp
    const experts = config.integer('num_experts', 16_384)
    const vectors = embedding(experts, sizes.hiddenSize)
    // A token goes to the experts of the best pairs of two lists of keys.
    const router_gate = linear(sizes.hiddenSize, 2 * Math.floor(Math.sqrt(experts)))
    return { ...mlp, children: { ...mlp.children, router_gate, down_embed: vectors, up_embed: vectors } }
  },
  layer(type, { norm, attention, mlp }) {
    const gains = norm.parameters?.['weight'] ?? []
    return {
      ...container(type, { input_layernorm: norm, self_attn: attention, post_attention_layernorm: norm, mlp }),
      parameters: { input_residual: gains, post_attention_residual: gains },
    }
  },
  unreplayed: ['input gradients of transformers 5'],
  forward: (config) => ({
    says: [
      'layers as in transformers 5.24; 4.57 stops with experts, and without them lets tokens see later ones',
      'attention gets a mask that is learned, which only the memory-efficient and the eager kernel support',
    ],
    rotation: { features: 'all', frequencies: 'modelTwice' },
    norm: 'rmsNorm',
    masks: { given: 'narrowed', forEachKind: false },
    attention: { keptKeys: config.integer('keep_window_size', 2048) },
    routerLogits: { loss: 'pairsOfKeys' },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      vectors: config.boolean('is_moe', false)
        ? {
            chosen: config.integer('num_experts_per_tok', 64),
            normalised: config.boolean('norm_topk_prob', false),
          }
        : undefined,
    },
    dropout: {
      attention: config.number('attention_dropout', 0),
      attended: config.number('hidden_dropout', 0),
      fed: config.number('hidden_dropout', 0),
      place: 'behindBlocks',
      fixed: ['attention', 'attended', 'fed'],
    },
  }),
  undivided: NOT_REPLAYED,
})
