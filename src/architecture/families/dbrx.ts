import { embedding } from '../blocks/embedding.js'
import { moeDimensions } from '../blocks/experts.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { NOT_DISPATCHED } from '../expert-plan.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'
import { causalLm } from '../shapes/causal-lm.js'

/**
 * DBRX (Databricks 2024, https://www.databricks.com/blog/introducing-dbrx-new-state-art-open-llm): sixteen experts in
 * three tensors, of which a token uses four; its config has its own field names.
 */
export const dbrx: Family = {
  modelTypes: ['dbrx'],
  classPrefix: 'Dbrx',
  undispatched: NOT_DISPATCHED,
  describe(config, className) {
    const attn = config.object('attn_config')
    if (attn.raw('rope_theta') === undefined) {
      config.doubt('attn_config.rope_theta is absent: transformers 5 expects it, and fails.')
    }
    const ffn = config.object('ffn_config')
    const hiddenSize = config.integer(['hidden_size', 'd_model'], 2048)
    const heads = config.integer(['num_attention_heads', 'n_heads'], 16)
    const layers = config.integer(['num_hidden_layers', 'n_layers'], 24)
    const vocabSize = config.integer('vocab_size', 32_000)
    const kvHeads = attn.integer('kv_n_heads', 1)
    const ffnSize = ffn.integer('ffn_hidden_size', 3584)
    const routing = { experts: ffn.integer('moe_num_experts', 4), expertsPerToken: ffn.integer('moe_top_k', 1) }
    const headDim = Math.floor(hiddenSize / heads)
    const norm = layerNorm(hiddenSize, { bias: false })
    const expertWeight = [routing.experts * ffnSize, hiddenSize]
    const expertMlp = { type: 'DbrxExpertGLU', parameters: { w1: expertWeight, v1: expertWeight, w2: expertWeight } }
    const layer = container('DbrxBlock', {
      norm_attn_norm: container('DbrxNormAttentionNorm', {
        norm_1: norm,
        attn: container(
          'DbrxAttention',
          {
            Wqkv: linear(hiddenSize, hiddenSize + 2 * kvHeads * headDim),
            out_proj: linear(hiddenSize, hiddenSize),
          },
          { part: 'attention' },
        ),
        norm_2: norm,
      }),
      ffn: container(
        'DbrxFFN',
        {
          router: container('DbrxRouter', { layer: linear(hiddenSize, routing.experts) }),
          experts: container('DbrxExperts', { mlp: expertMlp }, { routed: routing }),
        },
        { part: 'experts' },
      ),
    })
    const model = container('DbrxModel', {
      wte: embedding(vocabSize, hiddenSize),
      blocks: repeated(layers, layer),
      norm_f: norm,
    })
    const moe = moeDimensions(routing, { layers, ffnSize })
    return causalLm({
      config,
      className,
      name: 'Dbrx',
      prefix: 'transformer',
      inputEmbedding: 'wte',
      model,
      dimensions: {
        layers,
        hiddenSize,
        heads,
        kvHeads,
        headDim,
        ffnHiddenSize: ffnSize,
        vocabSize,
        contextTokens: config.integer(['max_position_embeddings', 'max_seq_len'], 2048),
        gatedMlp: true,
        tiedEmbeddings: false,
        ...(moe && { moe }),
      },
    })
  },
  forward(config) {
    const attn = config.object('attn_config')
    const ffn = config.object('ffn_config')
    const attentionRate = attn.number('attn_pdrop', 0)
    const rate = config.number('resid_pdrop', 0)
    return {
      norm: 'layerNorm',
      rotation: { features: 'all', tables: 'inLayers', frequencies: 'everyAttention' },
      masks: { size: 'forAllSequences', givenBehindPrefixes: true },
      attention: { clamped: attn.has('clip_qkv'), sharedHeads: 'repeated', keepsProjections: true },
      feedForward: { activation: ffn.object('ffn_act_fn').string('name', 'silu') },
      // The coefficient has another name.
      routerLogits: { loss: 'joinedShares', isWeighted: false },
      residual: { order: 'nested', jitters: ffn.has('moe_jitter_eps') },
      dropout: {
        embeddings: config.number('emb_pdrop', 0),
        rebindsEmbeddings: true,
        attention: attentionRate,
        attended: rate,
        fed: rate,
        place: 'behindBlocks',
        fixed: ['embeddings', 'attention', 'attended', 'fed'],
      },
      ...(attentionRate > 0 && { rates: { 'attn_config.attn_pdrop': attentionRate } }),
      undescribed: undescribedOf(ffn),
    }
  },
}

/** `moe_normalize_expert_weights` is the `p` of a norm: that for 1 is the sum of the shares. */
function undescribedOf(ffn: ConfigReader): string | undefined {
  const power = ffn.raw('moe_normalize_expert_weights')
  return power === undefined || power === 1
    ? undefined
    : '`moe_normalize_expert_weights` other than 1 divides the shares of experts by something else than their sum; set it to 1 to estimate with that'
}
