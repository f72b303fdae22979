import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { MixerRun } from './mixer-run.js'

/** A short convolution between two gates, without kernels (`slow_forward` of `modeling_lfm2.py`, transformers 4.57.6). */
export function shortConv({ arrays: a, name, cache }: MixerRun, _: unknown, input: Shaped): Shaped {
  const f = new Names(a.tape)
  const [, tokens = 1, features = 1] = input.layout.shape
  const all = f.let('BCx', a.transpose(a.linear(`${name}.in_proj`, input), -1, -2))
  const [b, c, x] = a.split(all, [features, features, features], -2).map((part, index) => f.let(`part ${index}`, part))
  if (!b || !c || !x) throw new Error('the projection has three parts')
  const gated = f.let('Bx', a.mul(b, x))
  if (cache) {
    const kernel = a.parameter(`${name}.conv.weight`).layout.shape.at(-1) ?? 1
    f.let('last inputs', a.pad(gated, -1, kernel - tokens))
  }
  const convolved = f.let('conv', a.slice(a.depthwiseConv(`${name}.conv`, gated), -1, tokens))
  let output = f.let('y', a.mul(c, convolved))
  output = f.let('y', a.contiguous(a.transpose(output, -1, -2)))
  return f.returned(a.linear(`${name}.out_proj`, output))
}
