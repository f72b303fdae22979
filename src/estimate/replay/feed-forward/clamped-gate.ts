import { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { activate } from './activations.js'

/** A gated network whose halves are clamped, with two projections or one for both. The caller keeps the input. */
export function clampedMlp(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const a = new Arrays(run.layers)
  const f = new Names(a.tape)
  const { batch, sequence } = run.options
  const given = a.borrowed(input, [batch * sequence, input.elements / (batch * sequence)])
  if (child(block, 'gate_up_proj')) {
    const both = f.let('both', a.linear(`${block.name}.gate_up_proj`, given))
    const product = clampedHalves(run, a, f, both)
    return f.returned(a.linear(`${block.name}.down_proj`, product))
  }
  const isBefore = run.forward.feedForward.clamped === 'beforeActivation'
  const gate = a.linear(`${block.name}.gate_proj`, given)
  f.let('gate', isBefore ? a.clamp(gate, ['le']) : opened(run, a, gate))
  f.let('up', a.clamp(a.linear(`${block.name}.up_proj`, given)))
  const share = isBefore ? activated(run, a, f.get('gate')) : f.get('gate')
  return f.returned(a.linear(`${block.name}.down_proj`, a.mul(share, f.get('up'))))
}

/** The product of both halves of one projection. The names live until the function of the caller returns. */
export function clampedHalves(run: DecoderRun, a: Arrays, f: Names, both: Shaped): Shaped {
  const width = (both.layout.shape.at(-1) ?? 2) / 2
  if (run.forward.feedForward.clamped === 'interleaved') {
    f.let('gate', a.everySecond(both))
    f.let('up', a.everySecond(both))
  } else for (const [index, part] of a.split(both, [width, width]).entries()) f.let(['gate', 'up'][index] ?? '', part)
  if (run.forward.feedForward.clamped === 'behindActivation') {
    f.let('gate', opened(run, a, f.get('gate')))
    f.let('up', a.clamp(f.get('up')))
    return a.mul(f.get('gate'), f.get('up'))
  }
  f.let('gate', a.clamp(f.get('gate'), ['le']))
  f.let('up', a.clamp(f.get('up')))
  if (run.forward.feedForward.clamped === 'beforeActivation')
    return a.mul(activated(run, a, f.get('gate')), f.get('up'))
  f.let('product', a.mul(f.get('gate'), a.sigmoid(a.scale(f.get('gate')))))
  return a.mul(a.shift(f.get('up')), f.get('product'))
}

function opened(run: DecoderRun, a: Arrays, gate: Shaped): Shaped {
  return a.clamp(activated(run, a, gate), ['le'])
}

function activated(run: DecoderRun, a: Arrays, gate: Shaped): Shaped {
  return a.plain(gate, gate.layout.shape, (tensor) => activate(run, tensor))
}
