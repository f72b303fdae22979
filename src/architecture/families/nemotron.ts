import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { partialRotation } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Nemotron-4 and Minitron (Parmar et al. 2024, arXiv:2402.16819): layer norms, a plain MLP with squared ReLU. */
export const nemotron = decoderFamily({
  modelType: 'nemotron',
  liger: { keeps: ['norms', 'headNorms', 'rotation', 'gates', 'loss'], isUnrecorded: true },
  name: 'Nemotron',
  defaults: {
    vocab_size: 256_000,
    hidden_size: 6144,
    intermediate_size: 24_576,
    num_hidden_layers: 32,
    num_attention_heads: 48,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  norm: (size) => layerNorm(size),
  plainMlp: (sizes, config) => plainMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
  questionAnsweringPrefix: 'transformer',
  forward: (config, dimensions) => ({
    masks: { size: 'forAllSequences', givenBehindPrefixes: true },
    rotation: partialRotation(config, dimensions, 0.5),
    norm: 'layerNormPlusOne',
    attention: { sharedHeads: 'repeated' },
    feedForward: { activation: config.string('hidden_act', 'relu2') },
  }),
  tensorPlan: { ...PLAN, attention: { sharedHeads: 'kernel' } },
})
