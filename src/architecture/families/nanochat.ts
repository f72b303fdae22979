import { llamaAttention } from '../blocks/attention.js'
import { plainNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { hasLimit } from '../forward/limits.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * nanochat (Karpathy 2025, https://github.com/karpathy/nanochat): norms without weights, a plain MLP with
 * squared ReLU.
 */
export const nanochat = decoderFamily({
  modelType: 'nanochat',
  name: 'NanoChat',
  defaults: {
    vocab_size: 50_304,
    hidden_size: 768,
    intermediate_size: 8192,
    num_hidden_layers: 12,
    num_attention_heads: 6,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  norm: () => NORM,
  attention: (sizes, config) => llamaAttention(sizes, config, { q_norm: NORM, k_norm: NORM }),
  plainMlp: (sizes) => plainMlp({ ...sizes, bias: false, names: ['fc1', 'fc2'] }),
  forward: (config) => ({
    embedding: 'normalised',
    rotation: { features: 'all', frequencies: 'modelTwice' },
    norm: 'rmsNormWithoutGain',
    attention: { headNorms: 'rotated' },
    feedForward: { activation: config.string('hidden_act', 'relu2') },
    logits: { form: hasLimit(config, 'final_logit_softcapping', true) ? 'capped' : 'plain' },
  }),
  tensorPlan: { ...PLAN, columns: ['q_proj', 'k_proj', 'v_proj', 'fc1'], rows: ['o_proj', 'fc2'] },
})

const NORM = plainNorm('RMSNorm')
