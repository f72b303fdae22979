import type { Dimensions } from '../dimensions.js'
import type { Module, Repeat } from '../module.js'
import { decoderModel } from './decoder-model.js'
import { type DecoderSizes, decoderDimensions } from './decoder-sizes.js'
import { rmsNorm } from './norm.js'

/** The layers of a Zamba model, and the sizes of its state spaces. */
export interface ZambaParts {
  /** The type of each layer: `hybrid`, or any other for those without a transformer block. */
  readonly types: readonly string[]
  readonly mambaLayer: Module
  /** The hybrid layer that comes so many hybrid layers after the first. */
  readonly hybridLayer: (order: number) => Module
  readonly stateSize: number
  readonly convKernel: number
}

/** A Zamba model (Glorioso et al. 2024, arXiv:2405.16712): a state space in every layer, and a shared transformer block in front of some. */
export function zambaModel(
  type: string,
  sizes: DecoderSizes,
  { types, mambaLayer, hybridLayer, stateSize, convKernel }: ZambaParts,
): { readonly model: Module; readonly dimensions: Dimensions } {
  const indices = [...types.keys()]
  const hybrids = indices.filter((index) => types[index] === 'hybrid')
  const items: Repeat[] = [
    { indices: indices.filter((index) => types[index] !== 'hybrid'), module: mambaLayer },
    ...hybrids.map((index, order) => ({ indices: [index], module: hybridLayer(order) })),
  ]
  const mamba = {
    mambaLayers: types.length,
    attentionLayers: hybrids.length,
    mlpLayers: hybrids.length,
    stateSize,
    convKernel,
  }
  return {
    model: decoderModel(type, {
      ...sizes,
      layers: { type: 'ModuleList', items: items.filter((item) => item.indices.length > 0) },
      norm: rmsNorm(sizes.hiddenSize),
      lastNorm: 'final_layernorm',
    }),
    dimensions: { ...decoderDimensions(sizes, { gatedMlp: true }), mamba },
  }
}
