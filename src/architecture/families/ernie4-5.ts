import { decoderFamily } from '../shapes/decoder-family.js'
import { ernie45Blocks } from '../shapes/ernie45-body.js'
import { PLAN } from '../tensor-plan.js'

/** ERNIE 4.5, the dense models (Baidu 2025, https://ernie.baidu.com/blog/publication/ERNIE_Technical_Report.pdf). */
export const ernie45 = decoderFamily({
  modelType: 'ernie4_5',
  name: 'Ernie4_5',
  languageModelOf: ['paddleocr_vl_text'],
  defaults: {
    vocab_size: 103_424,
    hidden_size: 1024,
    intermediate_size: 3072,
    num_hidden_layers: 18,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: true,
  },
  ...ernie45Blocks,
  forward: (config) => ({
    rotation: { features: 'all', float32: 'terms', repeatsTables: true },
    norm: 'rmsNorm',
    // The class has 0, whatever the config says.
    dropout: { attention: 0 },
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
  tensorPlan: PLAN,
})
