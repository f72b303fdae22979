import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { expertsBlock } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** Aria's language model (Li et al. 2024, arXiv:2410.05993): Llama with routed and shared experts in each layer. */
export const ariaText = decoderFamily({
  modelType: 'aria_text',
  name: 'AriaText',
  defaults: { ...LLAMA_DEFAULTS, intermediate_size: 4096 },
  mixture({ hiddenSize, ffnSize }, config) {
    const routing = { experts: config.integer('moe_num_experts', 8), expertsPerToken: config.integer('moe_topk', 2) }
    const shared = config.integer('moe_num_shared_experts', 2)
    const bias = config.boolean('mlp_bias', false)
    const matrices = (inFeatures: number, outFeatures: number) => ({
      type: 'AriaGroupedExpertsGemm',
      parameters: { weight: [routing.experts, inFeatures, outFeatures] },
      routed: routing,
    })
    return {
      routing,
      ffnSize,
      shared,
      block: expertsBlock('AriaTextMoELayer', {
        router: linear(hiddenSize, routing.experts),
        experts: {
          type: 'AriaGroupedExpertsMLP',
          children: { fc1: matrices(hiddenSize, 2 * ffnSize), fc2: matrices(ffnSize, hiddenSize) },
        },
        shared_experts: gatedMlp({ hiddenSize, ffnSize: ffnSize * shared, bias }),
      }),
    }
  },
  forward(config) {
    const { feedForward, ...pass } = llamaForward(config)
    return { ...pass, feedForward: { ...feedForward, mixture: { dispatch: 'writtenInTurn' } } }
  },
  undivided: NOT_REPLAYED,
})
