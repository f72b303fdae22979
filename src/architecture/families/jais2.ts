import { attention } from '../blocks/attention.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Jais 2 (Inception 2025, https://huggingface.co/inceptionai): layer norms, biases everywhere, no gate. */
export const jais2 = decoderFamily({
  modelType: 'jais2',
  name: 'Jais2',
  defaults: {
    vocab_size: 150_272,
    hidden_size: 3328,
    intermediate_size: 26_624,
    num_hidden_layers: 32,
    num_attention_heads: 26,
    max_position_embeddings: 8192,
    tie_word_embeddings: false,
  },
  norm: (size) => layerNorm(size),
  attention(sizes, config) {
    const bias = config.boolean('attention_bias', true)
    return attention({ ...sizes, qkvBias: bias, outputBias: bias })
  },
  plainMlp: (sizes, config) => plainMlp({ ...sizes, bias: config.boolean('mlp_bias', true) }),
  forward: (config) => ({
    rotation: { features: 'all', frequencies: 'modelTwice' },
    norm: 'layerNorm',
    feedForward: { activation: config.string('hidden_act', 'relu2') },
  }),
  tensorPlan: PLAN,
})
