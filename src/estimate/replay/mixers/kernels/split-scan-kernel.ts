import type { Arrays } from '../../arrays/arrays.js'
import type { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { MixerRun } from '../mixer-run.js'
import { weightGradients } from './causal-conv.js'
import { type ScanSizes, scanBackward, scanForward } from './chunk-scan-kernel.js'
import { kernelFunction } from './kernel-function.js'
import { MULTIPROCESSORS } from './multiprocessors.js'
import { refusePacked } from './refused-layers.js'

/** What the function reads beside the projected input: parameters, and the decays. */
export interface SplitScanInputs {
  readonly projected: Shaped
  readonly decay: Shaped
  /** Whether a norm of gated states comes before the output projection; if not, the gate alone. */
  readonly isNormed: boolean
  /** Receives the last state, in float32, if the code asks for it. */
  readonly keepState?: ((state: Shaped) => void) | undefined
}

/**
 * Everything of a Mamba-2 block after its input projection as one function (`MambaSplitConv1dScanCombinedFn` of mamba_ssm 2.3.2,
 * `ops/triton/ssd_combined.py`). It keeps the projected input and what the scan has made, and computes the rest again in backward.
 */
export function splitScanKernel(
  { arrays: a, name }: MixerRun,
  sizes: ScanSizes,
  { projected, decay, isNormed, keepState }: SplitScanInputs,
): Shaped {
  refusePacked(a, name, ['out_proj'])
  const parameter = (own: string) => a.parameter(`${name}.${own}`)
  const optional = (own: string) => (a.has(`${name}.${own}`) ? parameter(own) : undefined)
  const [convWeight, convBias] = [parameter('conv1d.weight'), optional('conv1d.bias')]
  const [dtBias, direct] = [parameter('dt_bias'), parameter('D')]
  const gain = isNormed ? parameter('norm.weight') : undefined
  const [outWeight, outBias] = [parameter('out_proj.weight'), optional('out_proj.bias')]
  const inputs = [projected, convWeight, convBias, dtBias, decay, direct, gain, outWeight, outBias]
  const { half } = a.layers
  const casts = a.layers.autocast && outWeight.dtype !== half
  const convolved = (operation: string) =>
    a.make([sizes.batch, sizes.tokens, convWeight.layout.shape[0] ?? 1], sizes.dtype, operation)
  return kernelFunction(a, {
    inputs,
    keeps: [
      projected,
      convWeight,
      convBias,
      decay,
      direct,
      dtBias,
      gain,
      ...(casts ? [] : [outWeight, outBias]),
    ].filter((one) => one !== undefined),
    forward: (f) => {
      f.let('xBC', convolved('causal_conv1d'))
      const scanned = scanForward(a, f, sizes, !isNormed)
      keepState?.(f.get('state'))
      const kept = [isNormed ? scanned : f.get('ungated')]
      if (isNormed) kept.push(...normed(a, f, sizes))
      if (casts) kept.push(f.let('weight', a.make(outWeight.layout.shape, half, '_to_copy')))
      const output = a.make(
        [sizes.batch, sizes.tokens, outWeight.layout.shape[0] ?? 1],
        sizes.dtype,
        outBias ? 'addmm' : 'mm',
      )
      return { output, kept }
    },
    backward: (f) => {
      const state = [sizes.batch, sizes.heads, sizes.headDim, sizes.stateSize]
      if (keepState) f.let('dstate', a.make(state, 'float32', 'zeros'))
      const inner = sizes.heads * sizes.headDim
      const values = (operation: string) => a.make([sizes.batch, sizes.tokens, inner], sizes.dtype, operation)
      f.let('output again', values('empty'))
      f.let('xBC', convolved('causal_conv1d'))
      const whole = f.let('dzxbcdt', a.make(projected.layout.shape, sizes.dtype, 'empty_like'))
      f.let('dxBC', convolved('empty_like'))
      f.let('dout', values('mm'))
      if (gain) normBackward(a, f, sizes, gain)
      scanBackward(a, sizes, { isGated: !isNormed, direct })
      const weight = f.let('dweight', a.make(outWeight.layout.shape, casts ? half : outWeight.dtype, 'einsum'))
      const bias = outBias && f.let('dbias', a.make(outBias.layout.shape, casts ? half : outBias.dtype, 'sum'))
      const [conv, convSum] = weightGradients(a, convWeight, convBias)
      const small = [dtBias, decay, direct].map((one) => a.make(one.layout.shape, 'float32', 'scan_backward'))
      return [whole, conv, convSum, ...small, gain && a.make(gain.layout.shape, gain.dtype, 'sum'), weight, bias]
    },
  })
}

/** The norm with its gate in one kernel (`_layer_norm_fwd` of `ops/triton/layernorm_gated.py`), and what is kept of it. */
function normed(a: Arrays, f: Names, { batch, tokens, heads, headDim, groups, dtype }: ScanSizes): Shaped[] {
  f.let('normal', a.make([batch * tokens, heads * headDim], dtype, '_layer_norm_fwd'))
  return [f.let('root', a.make([groups, batch * tokens], 'float32', '_layer_norm_fwd'))]
}

/** Its backward: the gradient of its input, and that of its gain in parts, one for each program (`_layer_norm_bwd`). */
function normBackward(
  a: Arrays,
  f: Names,
  { batch, tokens, heads, headDim, groups, dtype }: ScanSizes,
  gain: Shaped,
): void {
  const inner = heads * headDim
  f.let('dnormal', a.make([batch * tokens, inner], dtype, '_layer_norm_bwd'))
  const block = 2 ** Math.ceil(Math.log2(inner / groups))
  const warps = Math.min(Math.max(Math.floor(block / 256), 1), 8)
  const programs = Math.ceil((MULTIPROCESSORS * Math.ceil(4 / warps)) / groups)
  f.let('parts', a.make([programs, inner], 'float32', '_layer_norm_bwd'))
  f.let('sum', a.make([inner], 'float32', 'sum'))
  f.let('sum', a.make(gain.layout.shape, gain.dtype, '_to_copy'))
  f.delete('parts')
}
