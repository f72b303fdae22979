import { experts, expertsBlock } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { EXPERTS_BY_BIASED_SOFTMAX } from '../expert-plan.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { ernie45MoeBody } from '../shapes/ernie45-body.js'
import { PLAN_OF_LOCAL_EXPERTS } from '../tensor-plan.js'

/**
 * ERNIE 4.5, the mixtures of experts (Baidu 2025,
 * https://ernie.baidu.com/blog/publication/ERNIE_Technical_Report.pdf): a first dense layer, then routed experts
 * and shared ones.
 */
export const ernie45Moe = decoderFamily({
  modelType: 'ernie4_5_moe',
  name: 'Ernie4_5_Moe',
  ...ernie45MoeBody,
  mixture({ hiddenSize, layers }, config) {
    const routing = {
      experts: config.integer(['num_experts', 'moe_num_experts'], 64),
      expertsPerToken: config.integer(['num_experts_per_tok', 'moe_k'], 6),
    }
    const bias = config.boolean('use_bias', false)
    const ffnSize = config.integer('moe_intermediate_size', 1536)
    const shared = config.integer('moe_num_shared_experts', 2)
    const first = config.integer('moe_layer_start_index', 1)
    const end = config.number('moe_layer_end_index', -1)
    const last = end === -1 ? layers - 1 : end
    const interval = config.positive('moe_layer_interval', 1)
    return {
      routing,
      ffnSize,
      shared,
      block: expertsBlock('Ernie4_5_MoeSparseMoeBlock', {
        // Added to the router's scores to balance the load of the experts; not trained by gradients.
        moe_statics: { type: 'Ernie4_5_MoeStatics', parameters: { e_score_correction_bias: [1, routing.experts] } },
        gate: linear(hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize, bias })),
        shared_experts: shared > 0 ? gatedMlp({ hiddenSize, ffnSize: ffnSize * shared, bias }) : undefined,
      }),
      isSparse: (index) => (index + 1) % interval === 0 && index >= first && index <= last,
    }
  },
  headBias: (config) => config.boolean('use_bias', false),
  forward: (config) => ({
    rotation: { features: 'all', float32: 'terms', repeatsTables: true },
    norm: 'rmsNorm',
    // The class has 0, whatever the config says.
    dropout: { attention: 0 },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        sharedFirst: true,
        router: 'biasedSoftmax',
        float32Parameters: ['.gate.weight', '.e_score_correction_bias'],
        untrainedParameters: ['.e_score_correction_bias'],
      },
    },
  }),
  tensorPlan: PLAN_OF_LOCAL_EXPERTS,
  expertPlan: EXPERTS_BY_BIASED_SOFTMAX,
})
