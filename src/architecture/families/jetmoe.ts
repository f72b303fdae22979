import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { moeDimensions } from '../blocks/experts.js'
import { graniteMixture, parallelExperts } from '../blocks/granite-experts.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { NOT_DISPATCHED } from '../expert-plan.js'
import { container, repeated } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'

/** JetMoE (Shen et al. 2024, arXiv:2404.07413): experts for the feed-forward network, and others for queries and outputs of attention. */
export const jetmoe = causalLmFamily({
  modelType: 'jetmoe',
  name: 'JetMoe',
  attributeMap: { head_dim: 'kv_channels' },
  defaults: {
    vocab_size: 32_000,
    hidden_size: 2048,
    intermediate_size: 5632,
    num_hidden_layers: 12,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 4096,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const { hiddenSize, layers } = stated
    const kvHeads = config.positive('num_key_value_heads', 16)
    const headDim = config.positive('kv_channels', 128)
    const norm = rmsNorm(hiddenSize)
    const { block, routing } = graniteMixture(config, stated, 'JetMoeMoE')
    const { experts, expertsPerToken = experts } = routing
    const routed = { experts, expertsPerToken }
    const bias = { parameters: { bias: [hiddenSize] } }
    const attention = container(
      'JetMoeAttention',
      {
        // A token's experts each have their own queries, and share keys and values.
        experts: container(
          'JetMoeMoA',
          {
            input_linear: parallelExperts(routed, hiddenSize, kvHeads * headDim),
            output_linear: parallelExperts(routed, kvHeads * headDim, hiddenSize),
            router: container('JetMoeTopKGating', { layer: linear(hiddenSize, experts) }),
          },
          bias,
        ),
        kv_proj: linear(hiddenSize, 2 * kvHeads * headDim),
      },
      { part: 'attention' },
    )
    const layer = container('JetMoeDecoderLayer', {
      input_layernorm: norm,
      self_attention: attention,
      post_attention_layernorm: norm,
      mlp: block && { ...block, ...bias },
    })
    const sizes = { ...stated, heads: kvHeads * expertsPerToken, kvHeads, headDim }
    return {
      model: decoderModel('JetMoeModel', { ...sizes, layers: repeated(layers, layer), norm }),
      dimensions: decoderDimensions(sizes, {
        gatedMlp: true,
        moe: moeDimensions(routed, { layers, ffnSize: stated.ffnSize }),
      }),
    }
  },
  forward: (config) => ({
    keepsLayers: true,
    rotation: { features: 'all', tables: 'inLayers', frequencies: 'everyAttention' },
    norm: 'rmsNorm',
    masks: { size: 'forAllSequences' },
    feedForward: { activation: config.string('activation_function', 'silu') },
    residual: { order: 'sequential', keepsAttended: true },
  }),
  undispatched: NOT_DISPATCHED,
})
