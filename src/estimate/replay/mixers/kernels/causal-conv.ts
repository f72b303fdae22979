import type { Arrays } from '../../arrays/arrays.js'
import type { Shaped } from '../../arrays/shaped.js'
import { kernelFunction } from './kernel-function.js'

/**
 * A causal convolution of each channel and its activation in one kernel (`CausalConv1dFn` of causal_conv1d 1.7.0,
 * `causal_conv1d_interface.py`). It keeps its inputs, and sums the gradients of its weights in float32.
 *
 * @param input - `[batch, channels, tokens]`, in either order of channels and tokens
 */
export function causalConv(a: Arrays, name: string, input: Shaped): Shaped {
  const weight = a.parameter(`${name}.weight`)
  const bias = a.has(`${name}.bias`) ? a.parameter(`${name}.bias`) : undefined
  return kernelFunction(a, {
    inputs: [input, weight, bias],
    keeps: [input, weight, ...(bias ? [bias] : [])],
    forward: () => ({ output: a.emptyLike(input, 'causal_conv1d') }),
    backward: () => [a.emptyLike(input, 'causal_conv1d_backward'), ...weightGradients(a, weight, bias)],
  })
}

/** The gradients of the kernel's weights: summed in float32, and cast. */
export function weightGradients(a: Arrays, weight: Shaped, bias: Shaped | undefined): (Shaped | undefined)[] {
  const sums = [weight, bias].map((one) => one && a.make(one.layout.shape, 'float32', 'causal_conv1d_backward'))
  return sums.map((sum, index) => {
    const { dtype } = (index === 0 ? weight : bias) ?? weight
    return sum && a.to(sum, dtype)
  })
}
