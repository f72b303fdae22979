import type { ConfigReader } from '../config-reader.js'
import type { Mixture } from './mixture.js'

/** The experts of DeepSeek-V3 (DeepSeek-AI 2024, arXiv:2412.19437) and of families that copy it. */
export function deepseekV3Mixture(config: ConfigReader): Mixture {
  return {
    router: 'sigmoid',
    normalised: !config.has('norm_topk_prob') || config.boolean('norm_topk_prob', true),
    ownView: true,
    dispatch: 'addedInWeightsDtype',
    returnsLogits: false,
    routerBuffer: 'model',
  }
}

/** The same in transformers 5, which computes all experts at once. */
export function groupedDeepseekMixture(config: ConfigReader): Mixture {
  return {
    router: 'sigmoidInOne',
    normalised: !config.has('norm_topk_prob') || config.boolean('norm_topk_prob', true),
    dispatch: 'grouped',
    float32Parameters: ['.mlp.gate.weight'],
    routerBuffer: 'float32',
  }
}
