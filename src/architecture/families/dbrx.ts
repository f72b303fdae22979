import { embedding } from '../blocks/embedding.js'
import { moeDimensions } from '../blocks/experts.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
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
  describe(config, className) {
    const attn = config.object('attn_config')
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
}
