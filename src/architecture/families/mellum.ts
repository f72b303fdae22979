import { headNorms, llamaAttention } from '../blocks/attention.js'
import { expertsBlock, fusedExperts, MERGED_GATED_EXPERTS, router, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { tablesOfKinds } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Mellum 2 (JetBrains 2026, https://huggingface.co/JetBrains): Qwen 3's mixture of experts, with a window in some layers. */
export const mellum = decoderFamily({
  modelType: 'mellum',
  needsWindow: 'listed',
  name: 'Mellum',
  defaults: {
    vocab_size: 98_304,
    hidden_size: 2304,
    intermediate_size: 7168,
    num_hidden_layers: 28,
    num_attention_heads: 32,
    num_key_value_heads: 4,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attentionPattern: (config, layers) =>
    windowOf(
      layerTypes(config, layers, () => 'full_attention'),
      slidingWindow(config, 1024),
    ),
  attention: (sizes, config) => llamaAttention(sizes, config, headNorms(sizes)),
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      // The class declares the second name and takes the first one after it.
      experts: config.integer(['num_local_experts', 'num_experts'], 64),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 896)
    return {
      routing,
      ffnSize,
      block: expertsBlock('MellumSparseMoeBlock', {
        experts: fusedExperts({ hiddenSize, ffnSize, ...routing }),
        gate: router(routing.experts, hiddenSize),
      }),
      isSparse: sparseFrom(config, 0),
    }
  },
  mergedLayers: MERGED_GATED_EXPERTS,
  forward: (config, dimensions) => ({
    rotation: { features: 'all', tables: tablesOfKinds(dimensions), frequencies: 'modelTwice' },
    norm: 'rmsNorm',
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        router: 'softmaxInOne',
        normalised: config.boolean('norm_topk_prob', true),
        dispatch: 'grouped',
      },
    },
  }),
  tensorPlan: PLAN,
})
