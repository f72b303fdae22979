import type { Module } from '../module.js'

/** torch's convolution: one weight of `[out, in, ...kernel]`. PEFT does not count it among the linear layers. */
export function convolution(
  inChannels: number,
  outChannels: number,
  kernel: readonly number[],
  { bias = true }: { readonly bias?: boolean } = {},
): Module {
  const weight = [outChannels, inChannels, ...kernel]
  return { type: `Conv${kernel.length}d`, parameters: bias ? { weight, bias: [outChannels] } : { weight } }
}
