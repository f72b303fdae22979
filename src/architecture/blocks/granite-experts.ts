import type { ConfigReader } from '../config-reader.js'
import { container, type Module } from '../module.js'
import type { DecoderLayerParts } from './decoder-layer.js'
import { type ExpertsOptions, expertsBlock, type Mixture } from './experts.js'
import { linear } from './linear.js'

/** The experts of Granite's models: those of a layer in two tensors, gates and projections side by side. */
export function graniteMixture(
  config: ConfigReader,
  { hiddenSize, ffnSize }: { readonly hiddenSize: number; readonly ffnSize: number },
  type = 'GraniteMoeMoE',
): Mixture {
  const routing = {
    experts: config.integer('num_local_experts', 8),
    expertsPerToken: config.integer('num_experts_per_tok', 2),
  }
  const block = expertsBlock(type, {
    input_linear: parallelExperts(routing, hiddenSize, 2 * ffnSize),
    output_linear: parallelExperts(routing, ffnSize, hiddenSize),
    router: container('GraniteMoeTopKGating', { layer: linear(hiddenSize, routing.experts) }),
  })
  return { routing, ffnSize, block: routing.experts > 0 ? block : undefined }
}

/** The feed-forward network beside the experts, which every token passes through. */
export function graniteSharedMlp(type: string, hiddenSize: number, ffnSize: number): Module {
  return container(
    type,
    { input_linear: linear(hiddenSize, 2 * ffnSize), output_linear: linear(ffnSize, hiddenSize) },
    { part: 'mlp' },
  )
}

/** The same matrix of all experts, in one tensor. */
export function parallelExperts(
  routing: ExpertsOptions & { readonly expertsPerToken: number },
  inFeatures: number,
  outFeatures: number,
): Module {
  return {
    type: 'GraniteMoeParallelExperts',
    parameters: { weight: [routing.experts, outFeatures, inFeatures] },
    routed: routing,
  }
}

/** A decoder layer with routed experts and, where the config has one, a network beside them. */
export function graniteSharedLayer(mlpType: string, order: { readonly expertsLast?: boolean } = {}) {
  return (type: string, { norm, attention, mlp }: DecoderLayerParts, config: ConfigReader): Module => {
    const shared = config.integer('shared_intermediate_size', 0)
    const hiddenSize = norm.parameters?.['weight']?.[0] ?? 0
    return container(type, {
      self_attn: attention,
      ...(!order.expertsLast && { block_sparse_moe: mlp }),
      input_layernorm: norm,
      post_attention_layernorm: norm,
      ...(order.expertsLast && { block_sparse_moe: mlp }),
      shared_mlp: shared > 0 ? graniteSharedMlp(mlpType, hiddenSize, shared) : undefined,
    })
  }
}
