import { gatedMlp } from '../blocks/gated-mlp.js'
import { plainNorm } from '../blocks/norm.js'
import { hasLimit } from '../forward/limits.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** OLMo (Groeneveld et al. 2024, arXiv:2402.00838): layer norms without weights. */
export const olmo = decoderFamily({
  modelType: 'olmo',
  name: 'Olmo',
  defaults: {
    vocab_size: 50_304,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  norm: () => plainNorm('LayerNorm'),
  mlp: gatedMlp,
  forward: (config) => ({
    rotation: { features: 'all', float32: 'tables' },
    norm: 'layerNormOnFloat32Copy',
    attention: { clamped: hasLimit(config, 'clip_qkv', false) },
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
  tensorPlan: PLAN,
})
