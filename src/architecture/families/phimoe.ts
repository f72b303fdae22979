import { blockSparseLayer } from '../blocks/decoder-layer.js'
import { experts, expertsBlock } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { windowInAllLayers } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/** Phi-3.5-MoE (Abdin et al. 2024, arXiv:2404.14219): sixteen MLPs a layer, of which a token uses two; layer norms. */
export const phimoe = decoderFamily({
  modelType: 'phimoe',
  unreplayed: ['experts in mixed precision'],
  name: 'Phimoe',
  defaults: {
    vocab_size: 32_064,
    hidden_size: 4096,
    intermediate_size: 6400,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: false,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attentionPattern: windowInAllLayers(),
  norm: (size) => layerNorm(size),
  mixture(sizes, config) {
    const routing = {
      experts: config.integer('num_local_experts', 16),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    return {
      routing,
      ffnSize: sizes.ffnSize,
      block: expertsBlock('PhimoeSparseMoeBlock', {
        gate: linear(sizes.hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp({ ...sizes, names: ['w1', 'w3', 'w2'], downBeforeUp: true })),
      }),
    }
  },
  layer: blockSparseLayer,
  headBias: (config) => config.boolean('lm_head_bias', false),
  forward: (config) => ({
    masks: { size: 'forAllSequences', givenBehindPrefixes: true },
    rotation: { features: 'all', repeatsTables: true, frequencies: 'recomputed' },
    norm: 'layerNorm',
    attention: { sharedHeads: 'repeated' },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { router: 'sampled', normalised: false },
    },
  }),
  undivided: ONLY_IN_5,
})
