import type { ConfigReader } from '../config-reader.js'
import { container, type Module } from '../module.js'
import { depthwiseConv } from './depthwise-conv.js'
import { linear } from './linear.js'

/** LFM2's gated short convolution (Liquid AI 2025, arXiv:2511.23404), which most layers have instead of attention. */
export function shortConv(type: string, config: ConfigReader, hiddenSize: number): Module {
  const bias = config.boolean('conv_bias', false)
  const kernel = config.integer('conv_L_cache', 3)
  return container(
    type,
    {
      conv: depthwiseConv(hiddenSize, kernel, { bias }),
      in_proj: linear(hiddenSize, 3 * hiddenSize, { bias }),
      out_proj: linear(hiddenSize, hiddenSize, { bias }),
    },
    { part: 'recurrence', state: { convolution: { channels: hiddenSize, kernel }, elements: 0 } },
  )
}
