import type { Module } from '../module.js'

/** Root mean square normalisation (Zhang & Sennrich 2019, arXiv:1910.07467): one gain per feature, no bias. */
export function rmsNorm(size: number): Module {
  return { type: 'RMSNorm', parameters: { weight: [size] }, part: 'norm' }
}

/** Options of a layer normalisation. */
export interface LayerNormOptions {
  /** Whether it has a bias. Default: yes, like torch's. */
  readonly bias?: boolean
}

/** Layer normalisation (Ba et al. 2016, arXiv:1607.06450): one gain and one bias per feature. */
export function layerNorm(size: number, { bias = true }: LayerNormOptions = {}): Module {
  return { type: 'LayerNorm', parameters: bias ? { weight: [size], bias: [size] } : { weight: [size] }, part: 'norm' }
}

/** A norm without parameters. */
export function plainNorm(type: string): Module {
  return { type, part: 'norm' }
}
