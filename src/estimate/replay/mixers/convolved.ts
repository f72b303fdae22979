import type { Shaped } from '../arrays/shaped.js'
import { causalConv } from './kernels/causal-conv.js'
import type { MixerRun } from './mixer-run.js'

/**
 * The convolution of each channel over the tokens before it and its activation: in the kernel of causal_conv1d if that is installed,
 * or as torch's convolution, whose last tokens are cut off.
 *
 * @param input - `[batch, channels, tokens]`
 */
export function convolved({ arrays: a, packages }: MixerRun, name: string, input: Shaped): Shaped {
  if (packages.has('causal_conv1d')) return causalConv(a, name, input)
  return a.silu(a.slice(a.depthwiseConv(name, input), -1, input.layout.shape[2] ?? 1))
}
