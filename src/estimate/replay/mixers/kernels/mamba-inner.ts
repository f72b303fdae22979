import type { Arrays } from '../../arrays/arrays.js'
import type { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { MixerRun } from '../mixer-run.js'
import { weightGradients } from './causal-conv.js'
import { kernelFunction } from './kernel-function.js'
import { refusePacked } from './refused-layers.js'
import { rowsOf, scanBackward, scanForward } from './selective-scan.js'

/** What the function reads beside weights. */
export interface InnerInputs {
  /** `[batch, 2 × channels, tokens]` */
  readonly projected: Shaped
  readonly decay: Shaped
  readonly direct: Shaped
  readonly bias: Shaped
  /** Whether the time step, B and C pass norms without gains. */
  readonly isNormed: boolean
}

/**
 * Everything of a Mamba block after its input projection as one function (`MambaInnerFn` of mamba_ssm 2.3.2,
 * `ops/selective_scan_interface.py`; Falcon Mamba of transformers 4.57.6 has a copy of it). It keeps the projected input in another
 * order, the small projection, and what the scan has made; backward computes the convolution and the time steps again.
 */
export function mambaInner({ arrays: a, name }: MixerRun, given: InnerInputs): Shaped {
  refusePacked(a, name, PROJECTIONS)
  const { projected, decay, direct, bias, isNormed } = given
  const parameter = (own: string) => a.parameter(`${name}.${own}`)
  const convWeight = parameter('conv1d.weight')
  const convBias = a.has(`${name}.conv1d.bias`) ? parameter('conv1d.bias') : undefined
  const weights = PROJECTIONS.map((own) => parameter(`${own}.weight`))
  const [batch = 1, twice = 1, tokens = 1] = projected.layout.shape
  const [channels, stateSize, { dtype }] = [twice / 2, decay.layout.shape.at(-1) ?? 1, projected]
  const rank = weights[1]?.layout.shape[1] ?? 1
  const { autocast, half } = a.layers
  const rows = batch * tokens
  const wide = (operation: string) => a.make([batch, channels, tokens], dtype, operation)
  const narrow = (operation: string) => a.make([rows, rank + 2 * stateSize], dtype, operation)
  const sizes: Sizes = { a, batch, channels, tokens, stateSize, dtype, isNormed }
  let whole = projected
  let scanned = { hidden: projected, step: projected, decay, b: projected, c: projected, direct, gate: projected, bias }
  return kernelFunction(a, {
    inputs: [projected, convWeight, convBias, ...weights, decay, direct, bias],
    keeps: [convWeight, decay, direct, bias, ...(convBias ? [convBias] : []), ...(autocast ? [] : weights)],
    forward: (f) => {
      const casts = autocast ? weights.map((one, index) => f.let(`weight ${index}`, a.to(one, half))) : []
      whole = f.let('xz', rowsOf(a, projected))
      f.let('conv', wide('causal_conv1d'))
      const small = inRows(a, f.get('conv'), () => f.let('x_dbl', narrow('mm')))
      f.let('delta', timeStep(sizes))
      for (const matrix of MATRICES) f.let(matrix, a.make([batch, 1, stateSize, tokens], dtype, 'clone'))
      for (const matrix of isNormed ? ([...MATRICES, 'delta'] as const) : []) normalise(sizes, f, matrix)
      const gate = a.slice(whole, 1, channels)
      const step = f.get('delta')
      const { output, ungated, states } = scanForward(a, f, { step, decay, gate })
      a.done(gate)
      scanned = { ...scanned, hidden: f.get('conv'), step, b: f.get('B'), c: f.get('C') }
      for (const own of ['conv', 'delta']) f.delete(own)
      f.let('out z', output)
      const outWeight = weights[2]
      const make = (operation: string) => a.make([batch, tokens, outWeight?.layout.shape[0] ?? 1], dtype, operation)
      // A weight that is trained has the rows copied for one product; for others there is a product for each sequence.
      const projectedOut = outWeight?.grad && !autocast ? inRows(a, f.get('out z'), () => make('mm')) : make('bmm')
      return { output: projectedOut, kept: [whole, small, ...casts, f.get('B'), f.get('C'), states, ungated] }
    },
    backward: (f, gradient, drop) => {
      f.let('dout', rowsOf(a, gradient))
      const conv = f.let('conv', wide('causal_conv1d'))
      f.let('delta', timeStep(sizes))
      if (isNormed) normalise(sizes, f, 'delta')
      for (const matrix of isNormed ? MATRICES : []) {
        f.let(matrix, a.make([rows, stateSize], dtype, 'clone'))
        drop(matrix === 'B' ? scanned.b : scanned.c)
        normaliseRows(a, f, matrix)
        f.let(matrix, a.make([batch, 1, stateSize, tokens], dtype, 'clone'))
      }
      const dxz = f.let('dxz', a.emptyLike(whole, 'empty_like'))
      f.let('dout y', timeStep(sizes))
      f.let('out z', a.emptyLike(scanned.step, 'selective_scan_bwd'))
      const made = scanBackward(a, f, scanned)
      const [x, delta, out] = weights.map(
        (one) => () => a.make(one.layout.shape, autocast ? half : one.dtype, 'einsum'),
      )
      const outGradient = out && inChannels(a, f.get('out z'), () => f.let('dW out', out()))
      f.let('dx_dbl', narrow('empty_like'))
      for (const matrix of ['dB', 'dC']) {
        f.let(matrix, a.make([rows, stateSize], dtype, 'clone'))
        f.delete(matrix)
      }
      f.let('ddelta', a.reshape(a.transpose(f.get('ddelta'), 0, 1), [channels, rows]))
      const deltaGradient = delta && f.let('dW delta', delta())
      a.done(a.make([rows, rank], dtype, 'einsum'))
      f.let('du', a.reshape(a.transpose(f.get('du'), 0, 1), [channels, rows]))
      const xGradient = x && inRows(a, conv, () => f.let('dW x', x()))
      const [convGradient, convSum] = weightGradients(a, convWeight, convBias)
      return [dxz, convGradient, convSum, xGradient, deltaGradient, outGradient, made.decay, made.direct, made.bias]
    },
  })
}

const PROJECTIONS = ['x_proj', 'dt_proj', 'out_proj'] as const
const MATRICES = ['B', 'C'] as const

interface Sizes {
  readonly a: Arrays
  readonly batch: number
  readonly channels: number
  readonly tokens: number
  readonly stateSize: number
  readonly dtype: Shaped['dtype']
  readonly isNormed: boolean
}

/** The time steps as the product makes them: channels are outermost. */
function timeStep({ a, batch, channels, tokens, dtype }: Sizes): Shaped {
  return a.transpose(a.reshape(a.make([channels, batch * tokens], dtype, 'mm'), [channels, batch, tokens]), 0, 1)
}

/** A norm without a bias (`rms_norm_forward`): the rows are copied, and so is the result. */
function normalise({ a, batch, channels, tokens, stateSize, dtype }: Sizes, f: Names, name: 'B' | 'C' | 'delta'): void {
  const [features, shape] =
    name === 'delta' ? [channels, [batch, channels, tokens]] : [stateSize, [batch, 1, stateSize, tokens]]
  f.let(name, a.make([batch * tokens, features], dtype, 'clone'))
  normaliseRows(a, f, name)
  f.let(name, a.make(shape, dtype, 'clone'))
}

function normaliseRows(a: Arrays, f: Names, name: string): void {
  const { layout, dtype } = f.get(name)
  const normal = a.make(layout.shape, dtype, '_layer_norm_fwd')
  a.done(a.make([layout.shape[0] ?? 1], 'float32', '_layer_norm_fwd'))
  f.let(name, normal)
}

/** Runs a product of `[tokens, channels]`, copied for as long as it runs if it is not a view. */
function inRows(a: Arrays, input: Shaped, run: () => Shaped): Shaped {
  const rows = a.reshape(a.transpose(input, 1, 2), [-1, input.layout.shape[1] ?? 1])
  const made = run()
  a.done(rows)
  return made
}

/** The same of `[channels, tokens]`. */
function inChannels(a: Arrays, input: Shaped, run: () => Shaped): Shaped {
  const rows = a.reshape(a.transpose(input, 0, 1), [input.layout.shape[1] ?? 1, -1])
  const made = run()
  a.done(rows)
  return made
}
