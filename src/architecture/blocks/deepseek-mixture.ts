import type { ConfigReader } from '../config-reader.js'
import { experts, expertsBlock, fusedExperts, type Mixture, router, sparseFrom } from './experts.js'
import { gatedMlp } from './gated-mlp.js'

/** The class defaults of a mixture of DeepSeek's kind, and what differs between its families. */
export interface DeepseekMixtureOptions {
  /** The family's name for the block. */
  readonly type: string
  readonly experts: number
  readonly expertsPerToken: number
  /** The width of one expert. */
  readonly ffnSize: number
  readonly shared: number
  /** Layers before the first with experts. */
  readonly denseLayers: number
  /**
   * The version of transformers that the family's classes are from. Version 5 has the experts of a layer in two tensors, and lets
   * `mlp_layer_types` say which layers have them.
   */
  readonly transformers: 4 | 5
  /** The family's names for the number of experts, the first that is present counts. Default: `n_routed_experts`. */
  readonly expertFields?: readonly string[]
  /** The family's name for the number of shared experts. Default: `n_shared_experts`. */
  readonly sharedField?: string
}

/** DeepSeek's mixture (DeepSeek-AI 2024, arXiv:2412.19437): small routed experts beside shared ones, after a few dense layers. */
export function deepseekMixture(config: ConfigReader, hiddenSize: number, options: DeepseekMixtureOptions): Mixture {
  const routing = {
    experts: config.positive(options.expertFields ?? ['n_routed_experts'], options.experts),
    expertsPerToken: config.positive('num_experts_per_tok', options.expertsPerToken),
  }
  const ffnSize = config.integer('moe_intermediate_size', options.ffnSize)
  const shared = config.integer(options.sharedField ?? 'n_shared_experts', options.shared)
  const denseLayers = config.integer('first_k_dense_replace', options.denseLayers)
  const isVersion5 = options.transformers === 5
  return {
    routing,
    ffnSize,
    shared,
    block: expertsBlock(options.type, {
      experts: isVersion5
        ? fusedExperts({ hiddenSize, ffnSize, ...routing })
        : experts(routing, gatedMlp({ hiddenSize, ffnSize })),
      gate: router(routing.experts, hiddenSize),
      shared_experts: gatedMlp({ hiddenSize, ffnSize: ffnSize * shared }),
    }),
    isSparse: isVersion5 ? sparseFrom(config, denseLayers) : (index) => index >= denseLayers,
  }
}
