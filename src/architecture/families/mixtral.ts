import { attention } from '../blocks/attention.js'
import { blockSparseLayer } from '../blocks/decoder-layer.js'
import { experts, expertsBlock } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { windowInAllLayers } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { EXPERTS_BY_WIDE_SOFTMAX } from '../expert-plan.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_EXPERTS } from '../tensor-plan.js'

/** Mixtral (Jiang et al. 2024, arXiv:2401.04088): Mistral with eight MLPs a layer, of which a token uses two. */
export const mixtral = decoderFamily({
  modelType: 'mixtral',
  liger: { isUnrecorded: true },
  name: 'Mixtral',
  copiedWith: ['num_local_experts', 'num_experts_per_tok'],
  attributeMap: { num_experts: 'num_local_experts' },
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attentionPattern: windowInAllLayers(),
  attention,
  mixture(sizes, config) {
    const routing = {
      experts: config.integer('num_local_experts', 8),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    return {
      routing,
      ffnSize: sizes.ffnSize,
      block: expertsBlock('MixtralSparseMoeBlock', {
        gate: linear(sizes.hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp({ ...sizes, names: ['w1', 'w3', 'w2'], downBeforeUp: true })),
      }),
    }
  },
  layer: blockSparseLayer,
  forward: (config) => ({
    masks: { forEachKind: false },
    rotation: { features: 'all' },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: {} },
  }),
  loraTargets: ['q_proj', 'v_proj'],
  // The plan names experts too, but 4.57 replaces the digits of `w1` when it looks them up, and finds nothing (`_get_parameter_tp_plan`).
  tensorPlan: {
    ...PLAN_OF_EXPERTS,
    columns: ['q_proj', 'k_proj', 'v_proj'],
    rows: ['o_proj'],
    gatheredColumns: ['gate'],
  },
  expertPlan: EXPERTS_BY_WIDE_SOFTMAX,
})
