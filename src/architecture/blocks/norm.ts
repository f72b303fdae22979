import type { Module } from '../module.js'

/** Root mean square normalisation (Zhang & Sennrich 2019, arXiv:1910.07467): a gain for each feature, no bias. */
export function rmsNorm(size: number): Module {
  return { type: 'RMSNorm', parameters: { weight: [size] }, part: 'norm' }
}

/** What a layer normalisation may leave out. */
export interface LayerNormOptions {
  /** Whether it shifts each feature. Default: yes, as torch's. */
  readonly bias?: boolean
}

/** Layer normalisation (Ba et al. 2016, arXiv:1607.06450): a gain and a shift for each feature. */
export function layerNorm(size: number, { bias = true }: LayerNormOptions = {}): Module {
  return { type: 'LayerNorm', parameters: bias ? { weight: [size], bias: [size] } : { weight: [size] }, part: 'norm' }
}

/** A norm that has nothing to learn. */
export function plainNorm(type: string): Module {
  return { type, part: 'norm' }
}
