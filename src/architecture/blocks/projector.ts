import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module, tower } from '../module.js'
import { linear } from './linear.js'

/** LLaVA's projector (Liu et al. 2023, arXiv:2310.03744): two linear layers from an encoder's vectors to a language model's. */
export function llavaProjector(
  type: string,
  sizes: { readonly inFeatures: number; readonly innerFeatures?: number; readonly outFeatures: number },
  { bias, before = {} }: { readonly bias: boolean; readonly before?: Children },
): Module {
  const { inFeatures, outFeatures, innerFeatures = outFeatures } = sizes
  return tower(
    'projector',
    container(type, {
      ...before,
      linear_1: linear(inFeatures, innerFeatures, { bias }),
      linear_2: linear(innerFeatures, outFeatures, { bias }),
    }),
  )
}

/** The number of the encoder's layers whose outputs the projector takes side by side. */
export function featureLayers(config: ConfigReader): number {
  const layers = config.raw('vision_feature_layer')
  return Array.isArray(layers) ? Math.max(1, layers.length) : 1
}
