import { attention, headNorms } from '../blocks/attention.js'
import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { partialRotation } from '../forward/rotation.js'
import type { DecoderFamilyOptions } from './decoder-family.js'

/** GLM-4.5's classes as transformers 5 has them, with all experts in grouped products, and what its copies rotate of a head. */
export function newerGlm4Moe(rotatedShare: number) {
  return {
    name: 'Glm4Moe',
    attention(sizes, config) {
      const also = config.boolean('use_qk_norm', false) ? headNorms(sizes) : {}
      return attention({ ...sizes, qkvBias: config.boolean('attention_bias', false), also })
    },
    mlp: gatedMlp,
    mixture: ({ hiddenSize }, config) =>
      deepseekMixture(config, hiddenSize, {
        type: 'Glm4MoeMoE',
        experts: 128,
        expertsPerToken: 8,
        ffnSize: 1408,
        shared: 1,
        denseLayers: 1,
        transformers: 5,
      }),
    forward: (config, dimensions) => ({
      rotation: { ...partialRotation(config, dimensions, rotatedShare), frequencies: 'modelTwice' },
      norm: 'rmsNorm',
      attention: { headNorms: 'allProjected' },
      feedForward: { activation: config.string('hidden_act', 'silu'), mixture: groupedDeepseekMixture(config) },
    }),
  } satisfies Partial<DecoderFamilyOptions>
}
