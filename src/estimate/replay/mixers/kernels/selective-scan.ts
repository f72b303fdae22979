import type { Arrays } from '../../arrays/arrays.js'
import { contiguous } from '../../arrays/layout.js'
import type { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { kernelFunction } from './kernel-function.js'

/** Tokens of one chunk of the scan, for each of which a state is kept. */
const CHUNK = 2048

/** What the scan reads: `[batch, channels, tokens]`, matrices `[batch, states, tokens]`, and float32 parameters. */
export interface ScanInputs {
  readonly hidden: Shaped
  readonly step: Shaped
  readonly decay: Shaped
  readonly b: Shaped
  readonly c: Shaped
  readonly direct: Shaped
  readonly gate: Shaped
  readonly bias: Shaped
}

/**
 * Mamba's scan as a function of its own (`SelectiveScanFn` of mamba_ssm 2.3.2, `ops/selective_scan_interface.py`). It keeps its
 * inputs, copied where their tokens are not next to each other, the states of chunks, and what it has made before the gate.
 *
 * @param keepState - receives the last state: a part of the states of chunks
 */
export function selectiveScan(a: Arrays, inputs: ScanInputs, keepState?: (state: Shaped) => void): Shaped {
  const { hidden, step, decay, b, c, direct, gate, bias } = inputs
  const copied = { hidden, step, b, c, gate }
  let own: ScanInputs = inputs
  return kernelFunction(a, {
    inputs: [hidden, step, decay, b, c, direct, gate, bias],
    keeps: [decay, direct, bias],
    forward: (f) => {
      for (const [name, input] of Object.entries(copied)) f.let(name, rowsOf(a, input))
      const [u, delta, z] = [f.get('hidden'), f.get('step'), f.get('gate')]
      own = { ...inputs, hidden: u, step: delta, b: f.get('b'), c: f.get('c'), gate: z }
      const { output, states, ungated } = scanForward(a, f, own)
      keepState?.(lastState(states, decay))
      return { output, kept: [u, delta, f.get('b'), f.get('c'), z, states, ungated] }
    },
    backward: (f, gradient) => {
      // Autograd makes zeros for the gradient of the last state.
      if (keepState) f.let('dstate', a.make([gradient.layout.shape[0] ?? 1, decay.elements], 'float32', 'zeros'))
      f.let('dout', rowsOf(a, gradient))
      const dz = f.let('dz', a.emptyLike(own.gate, 'selective_scan_bwd'))
      const made = scanBackward(a, f, own)
      return [made.hidden, made.step, made.decay, made.b, made.c, made.direct, dz, made.bias]
    },
  })
}

/** An array itself if its last dimension is innermost, or a copy (`stride(-1) != 1`). */
export function rowsOf(a: Arrays, input: Shaped): Shaped {
  const { strides } = input.layout
  return strides.at(-1) === 1 ? { ...input, isNamed: true } : a.make(input.layout.shape, input.dtype, 'clone')
}

/** `selective_scan_fwd` (`csrc/selective_scan/selective_scan.cpp`): the gated output, the output before the gate, states of chunks. */
export function scanForward(
  a: Arrays,
  f: Names,
  { step, decay, gate }: Pick<ScanInputs, 'step' | 'decay' | 'gate'>,
): { output: Shaped; ungated: Shaped; states: Shaped } {
  const [batch = 1, channels = 1, tokens = 1] = step.layout.shape
  const output = a.emptyLike(gate, 'empty_like')
  const ungated = f.let('out', a.emptyLike(step, 'empty_like'))
  const stateSize = decay.layout.shape.at(-1) ?? 1
  const shape = [batch, channels, Math.ceil(tokens / CHUNK), 2 * stateSize]
  return { output, ungated, states: f.let('chunk states', a.make(shape, 'float32', 'empty')) }
}

/**
 * `selective_scan_bwd`: a gradient for each input but the gate, whose gradient the caller has made. The gradients of B and C are summed
 * in float32.
 */
export function scanBackward(
  a: Arrays,
  f: Names,
  { hidden, step, decay, b, c, direct, bias }: ScanInputs,
): Omit<ScanInputs, 'gate'> {
  const operation = 'selective_scan_bwd'
  const like = (name: string, input: Shaped, dtype = input.dtype) => f.let(name, a.emptyLike(input, operation, dtype))
  const made = { hidden: like('du', hidden), step: like('ddelta', step), decay: like('dA', decay) }
  const sums = { b: like('dB sum', b, 'float32'), c: like('dC sum', c, 'float32') }
  const parameters = { direct: like('dD', direct), bias: like('dbias', bias) }
  const matrices = { b: f.let('dB', a.to(sums.b, b.dtype)), c: f.let('dC', a.to(sums.c, c.dtype)) }
  for (const name of ['dB sum', 'dC sum']) f.delete(name)
  return { ...made, ...parameters, ...matrices }
}

/** The last state: every second number of the last chunk, as a view. */
function lastState(states: Shaped, { layout, elements }: Shaped): Shaped {
  const [channels = 1, stateSize = 1] = layout.shape
  const batch = states.layout.shape[0] ?? 1
  return { ...states, elements: batch * elements, layout: contiguous([batch, channels, stateSize]), isNamed: true }
}
