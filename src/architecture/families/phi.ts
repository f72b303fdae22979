import { attention } from '../blocks/attention.js'
import { parallelLayer } from '../blocks/decoder-layer.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { partialRotation } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Phi-1, Phi-1.5 and Phi-2 (Gunasekar et al. 2023, arXiv:2306.11644; Li et al. 2023, arXiv:2309.05463): attention and
 * plain MLP in parallel, biases everywhere.
 */
export const phi = decoderFamily({
  modelType: 'phi',
  name: 'Phi',
  defaults: {
    vocab_size: 51_200,
    hidden_size: 2048,
    intermediate_size: 8192,
    num_hidden_layers: 24,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  norm: (size) => layerNorm(size),
  attention(sizes, config) {
    // The norm of a head ignores `head_dim`: it has `hidden_size / heads` features.
    const headNorm = layerNorm(Math.floor(sizes.hiddenSize / sizes.heads))
    const also = config.boolean('qk_layernorm', false) ? { q_layernorm: headNorm, k_layernorm: headNorm } : {}
    return attention({ ...sizes, qkvBias: true, outputBias: true, outputName: 'dense', also })
  },
  plainMlp: (sizes) => plainMlp({ ...sizes, bias: true, names: ['fc1', 'fc2'] }),
  layer: parallelLayer,
  lastNorm: 'final_layernorm',
  headBias: () => true,
  forward: (config, dimensions) => ({
    rotation: { ...partialRotation(config, dimensions, 0.5), keepsRotated: true },
    norm: 'layerNorm',
    attention: { headNorms: 'allProjected', keepsProjections: true },
    feedForward: { activation: config.string('hidden_act', 'gelu_new') },
    residual: { order: 'parallel', keepsNormalised: true },
    dropout: {
      embeddings: config.number('embd_pdrop', 0),
      rebindsEmbeddings: true,
      attended: config.number('resid_pdrop', 0),
      fed: config.number('resid_pdrop', 0),
      place: 'behindBlocks',
    },
  }),
  loraTargets: ['q_proj', 'v_proj', 'fc1', 'fc2'],
  tensorPlan: { ...PLAN, columns: ['q_proj', 'k_proj', 'v_proj', 'fc1'], rows: ['dense', 'fc2'] },
})
