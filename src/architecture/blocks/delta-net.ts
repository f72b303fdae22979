import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module } from '../module.js'
import { depthwiseConv } from './depthwise-conv.js'
import { linear } from './linear.js'
import { rmsNorm } from './norm.js'

/** The sizes of a gated delta network, from the fields of Qwen's configs. */
export interface DeltaNetSizes {
  readonly hiddenSize: number
  readonly keyHeads: number
  readonly valueHeads: number
  readonly keyHeadDim: number
  readonly valueHeadDim: number
  readonly kernelSize: number
}

/** Reads the sizes with the defaults that all Qwen families share. */
export function deltaNetSizes(config: ConfigReader, hiddenSize: number): DeltaNetSizes {
  return {
    hiddenSize,
    keyHeads: config.integer('linear_num_key_heads', 16),
    valueHeads: config.integer('linear_num_value_heads', 32),
    keyHeadDim: config.integer('linear_key_head_dim', 128),
    valueHeadDim: config.integer('linear_value_head_dim', 128),
    kernelSize: config.integer('linear_conv_kernel_dim', 4),
  }
}

/** The features of all key heads, which are also those of the queries, and of all value heads. */
export function deltaNetFeatures({ keyHeads, keyHeadDim, valueHeads, valueHeadDim }: DeltaNetSizes) {
  return { keys: keyHeads * keyHeadDim, values: valueHeads * valueHeadDim }
}

/**
 * A gated delta network (Yang et al. 2024, arXiv:2412.06464): linear attention with a state of constant size. A gate decays
 * the state and each token corrects it, after a short convolution over queries, keys and values.
 *
 * @param projections - the family's projections to queries, keys, values, gates and decay rates
 * @param names - the family's names for the norm of the heads and for the output projection
 */
export function deltaNet(
  type: string,
  sizes: DeltaNetSizes,
  projections: Children,
  names: { readonly norm: string; readonly output: string } = { norm: 'norm', output: 'out_proj' },
): Module {
  const { hiddenSize, valueHeads, keyHeadDim, valueHeadDim, kernelSize } = sizes
  const { keys, values } = deltaNetFeatures(sizes)
  const channels = 2 * keys + values
  return container(
    type,
    {
      ...projections,
      conv1d: depthwiseConv(channels, kernelSize),
      [names.norm]: rmsNorm(valueHeadDim),
      [names.output]: linear(values, hiddenSize),
    },
    {
      part: 'recurrence',
      parameters: { dt_bias: [valueHeads], A_log: [valueHeads] },
      state: { convolution: { channels, kernel: kernelSize }, elements: values * keyHeadDim },
    },
  )
}
