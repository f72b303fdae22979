import type { Module } from '../module.js'

/** A causal convolution over time, separate for each channel: torch's `nn.Conv1d` with as many groups as channels. */
export function depthwiseConv(channels: number, kernelSize: number, { bias = false } = {}): Module {
  const weight = [channels, 1, kernelSize]
  return { type: 'Conv1d', parameters: bias ? { weight, bias: [channels] } : { weight } }
}

/** The same over height and width: torch's `nn.Conv2d` with as many groups as channels. */
export function depthwiseConv2d(channels: number, kernelSize: number, { bias = false } = {}): Module {
  const weight = [channels, 1, kernelSize, kernelSize]
  return { type: 'Conv2d', parameters: bias ? { weight, bias: [channels] } : { weight } }
}
