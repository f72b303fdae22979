import type { MambaPass } from '../../../architecture/index.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { mambaWithKernels } from './kernels/mamba-with-kernels.js'
import { normalise, SCANNED, sizesOf } from './mamba-parts.js'
import type { MixerRun } from './mixer-run.js'
import { tokenLoop } from './token-loop.js'

/**
 * Mamba. Without kernels (`slow_forward` of `modeling_mamba.py`, transformers 4.57.6), decays and inputs of the state are computed for
 * all tokens at once, and the state for one token after another.
 */
export function mamba(mixer: MixerRun, pass: MambaPass, input: Shaped): Shaped {
  const { arrays: a, name, cache } = mixer
  const [batch = 1, tokens = 1] = input.layout.shape
  const { dtype } = input
  const made = a.transpose(a.linear(`${name}.in_proj`, input), 1, 2)
  const sizes = sizesOf(mixer, made)
  if (mixer.packages.has('mamba_ssm')) return mambaWithKernels(mixer, pass, made, sizes)
  const { inner, stateSize, rank } = sizes
  const f = new Names(a.tape)
  const projected = f.let('projected', made)
  const [first, gate] = a.split(projected, [inner, inner], 1).map((part, index) => f.let(`part ${index}`, part))
  if (!first || !gate) throw new Error('the projection has two parts')
  if (cache) {
    const before = a.borrowed(cache.of(name, 'recurrent'), [batch, inner, stateSize])
    f.let('state', pass.states === 'inPlace' ? a.clone(before) : before)
    const kernel = a.parameter(`${name}.conv1d.weight`).layout.shape.at(-1) ?? 1
    const last = f.let('last inputs', a.pad(first, -1, kernel - tokens))
    if (pass.states === 'replaced') cache.replace(name, 'convolution', last)
  } else f.let('state', a.make([batch, inner, stateSize], dtype, 'zeros'))
  const x = f.let('part 0', a.silu(a.slice(a.depthwiseConv(`${name}.conv1d`, first), -1, tokens)))
  const parameters = f.let('parameters', a.linear(`${name}.x_proj`, a.transpose(x, 1, 2)))
  for (const [index, part] of a.split(parameters, [rank, stateSize, stateSize]).entries())
    f.let(SCANNED[index] ?? '', part)
  normalise(mixer, pass, f)
  let step = f.let('step', a.linear(`${name}.dt_proj`, f.get('time step')))
  step = f.let('step', a.transpose(a.softplus(step), 1, 2))
  const rate = f.let('A', a.neg(a.exp(a.to(a.parameter(`${name}.A_log`), 'float32'))))
  const own = a.unsqueeze(a.unsqueeze(rate, 0), 2)
  const decay = f.let('decay', a.exp(a.mul(own, a.unsqueeze(step, -1))))
  const matrix = f.let('discrete B', a.mul(a.unsqueeze(step, -1), a.to(a.unsqueeze(f.get('B'), 1), 'float32')))
  const added = f.let('added', a.mul(matrix, a.to(a.unsqueeze(x, -1), 'float32')))
  const outputs = tokenLoop(a, f, tokens, () => {
    const state = f.let('state', a.add(a.mul(a.select(decay, 2), f.get('state')), a.select(added, 2)))
    const output = f.let('output', a.matmul(a.to(state, dtype), a.unsqueeze(a.select(f.get('C'), 1), -1)))
    return a.select(output, 2)
  })
  let output = f.let('output', a.stack(outputs, tokens))
  output = f.let('output', a.add(output, a.mul(x, a.unsqueeze(a.unsqueeze(a.parameter(`${name}.D`), 0), -1))))
  output = f.let('output', a.mul(output, a.silu(gate)))
  if (cache && pass.states === 'replaced') cache.replace(name, 'recurrent', f.get('state'))
  return f.returned(a.linear(`${name}.out_proj`, a.transpose(output, 1, 2)))
}
