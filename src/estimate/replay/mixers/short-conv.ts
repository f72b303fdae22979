import type { ShortConvPass } from '../../../architecture/index.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { causalConv } from './kernels/causal-conv.js'
import type { MixerRun } from './mixer-run.js'

/**
 * A short convolution between two gates, with the kernel of causal_conv1d if that is installed (`cuda_kernels_forward` and `slow_forward`
 * of `modeling_lfm2.py`, transformers 4.57.6; in `modeling_lfm2_moe.py` of 5.24 the convolution is a function of its own).
 */
export function shortConv(
  { arrays: a, name, cache, packages }: MixerRun,
  { states }: ShortConvPass,
  input: Shaped,
): Shaped {
  const f = new Names(a.tape)
  const [, tokens = 1, features = 1] = input.layout.shape
  const all = f.let('BCx', a.transpose(a.linear(`${name}.in_proj`, input), -1, -2))
  const [b, c, x] = a.split(all, [features, features, features], -2).map((part, index) => f.let(`part ${index}`, part))
  if (!b || !c || !x) throw new Error('the projection has three parts')
  const gated = f.let('Bx', a.mul(b, x))
  const isFunction = states === 'assigned'
  if (cache) {
    const [batch = 1] = input.layout.shape
    const kernel = a.parameter(`${name}.conv.weight`).layout.shape.at(-1) ?? 1
    if (isFunction) cache.replace(name, 'convolution', a.make([batch, features, kernel], gated.dtype, 'zeros'), true)
    else f.let('last inputs', a.pad(gated, -1, kernel - tokens))
  }
  const convolve = (): Shaped => {
    if (packages.has('causal_conv1d')) return causalConv(a, `${name}.conv`, gated)
    const whole = isFunction
      ? a.to(a.convolutionOfWeights(`${name}.conv`, gated), gated.dtype)
      : a.depthwiseConv(`${name}.conv`, gated)
    return a.slice(whole, -1, tokens)
  }
  const convolved = f.let(isFunction ? 'Bx' : 'conv', convolve())
  let output = f.let('y', a.mul(c, convolved))
  output = f.let('y', a.contiguous(a.transpose(output, -1, -2)))
  return f.returned(a.linear(`${name}.out_proj`, output))
}
