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
 * @param modulesOf - the modules in the order of the class: convolution, norm of the heads and output projection, and the family's own
 * projections to queries, keys, values, gates and decay rates
 * @param order - whether the class makes the decay rates before the biases of the time steps
 */
export function deltaNet(
  type: string,
  sizes: DeltaNetSizes,
  modulesOf: (made: { readonly convolution: Module; readonly norm: Module; readonly output: Module }) => Children,
  order: { readonly decayFirst?: boolean } = {},
): Module {
  const { hiddenSize, valueHeads, keyHeadDim, valueHeadDim, kernelSize } = sizes
  const { keys, values } = deltaNetFeatures(sizes)
  const channels = 2 * keys + values
  const [dt_bias, A_log] = [[valueHeads], [valueHeads]]
  return container(
    type,
    modulesOf({
      convolution: depthwiseConv(channels, kernelSize),
      norm: rmsNorm(valueHeadDim),
      output: linear(values, hiddenSize),
    }),
    {
      part: 'recurrence',
      parameters: order.decayFirst ? { A_log, dt_bias } : { dt_bias, A_log },
      state: { convolution: { channels, kernel: kernelSize }, elements: values * keyHeadDim },
    },
  )
}
