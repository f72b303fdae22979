import type { Dimensions } from '../../architecture/index.js'
import type { CompleteForwardPass } from './complete-forward-pass.js'

/** The sizes that a replay needs in addition to those of the modules. */
export interface ModelSizes {
  readonly hiddenSize: number
  readonly vocabSize: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  /** How many experts a token uses, which the modules do not show. */
  readonly expertsPerToken: number
  /** The width of the sliding window in the model's masks; absent if there is none. */
  readonly windowTokens: number | undefined
  /** Whether a layer uses the sliding window. */
  readonly isWindowed: (layer: number) => boolean
}

/** The sizes of a model. */
export function modelSizes(dimensions: Dimensions, { masks }: Pick<CompleteForwardPass, 'masks'>): ModelSizes {
  const { hiddenSize, vocabSize, heads, kvHeads, headDim, windowLayers } = dimensions
  const windowTokens = masks.windows === 'layer' ? undefined : dimensions.windowTokens
  const windowed = windowLayers && new Set(windowLayers)
  return {
    hiddenSize,
    vocabSize,
    heads,
    kvHeads,
    headDim: headDim ?? hiddenSize / heads,
    expertsPerToken: dimensions.moe?.expertsPerToken ?? 1,
    windowTokens,
    isWindowed: (layer) => windowTokens !== undefined && (windowed?.has(layer) ?? true),
  }
}
