import type { Module } from '../module.js'

/** Options of a linear layer. */
export interface LinearOptions {
  /** Whether it adds a bias of `[out_features]`. Default: no, as in most language models. */
  readonly bias?: boolean
}

/** torch's `nn.Linear`: a weight of `[out_features, in_features]`. */
export function linear(inFeatures: number, outFeatures: number, { bias = false }: LinearOptions = {}): Module {
  return {
    type: 'Linear',
    parameters: bias
      ? { weight: [outFeatures, inFeatures], bias: [outFeatures] }
      : { weight: [outFeatures, inFeatures] },
    linear: { inFeatures, outFeatures, stored: 'Linear' },
  }
}

/** GPT-2's `Conv1D`: a linear layer with a transposed weight, `[in_features, out_features]`, and a bias. */
export function conv1d(inFeatures: number, outFeatures: number): Module {
  return {
    type: 'Conv1D',
    parameters: { weight: [inFeatures, outFeatures], bias: [outFeatures] },
    linear: { inFeatures, outFeatures, stored: 'Conv1D' },
  }
}
