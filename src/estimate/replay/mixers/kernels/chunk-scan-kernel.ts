import type { Arrays } from '../../arrays/arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { ComputeDtype } from '../../dtype.js'
import { kernelFunction } from './kernel-function.js'
import { MULTIPROCESSORS } from './multiprocessors.js'

/** The sizes of a scan over chunks of tokens. */
export interface ScanSizes {
  readonly batch: number
  readonly tokens: number
  readonly chunkTokens: number
  readonly heads: number
  readonly headDim: number
  readonly groups: number
  readonly stateSize: number
  readonly dtype: ComputeDtype
}

/**
 * The scan of Mamba-2 in Triton kernels (`_mamba_chunk_scan_combined_fwd` of mamba_ssm 2.3.2, `ops/triton/ssd_combined.py`). It binds
 * the last state to `state`, and what a gate is applied to afterwards to `ungated`.
 *
 * @param isGated - whether the scan applies the gate itself: then its output is made twice
 */
export function scanForward(a: Arrays, f: Names, sizes: ScanSizes, isGated: boolean): Shaped {
  const { batch, heads, headDim, stateSize, dtype } = sizes
  const own = arraysOf(a, sizes)
  f.let('sums', own.perToken('_chunk_cumsum_fwd'))
  f.let('dt', own.perToken('_chunk_cumsum_fwd'))
  f.let('states', own.states('float32', '_chunk_state_fwd'))
  f.let('starts', own.states(dtype, '_state_passing_fwd'))
  f.let('state', a.make([batch, heads, headDim, stateSize], 'float32', '_state_passing_fwd'))
  f.delete('states')
  f.let('CB', own.pairs('_bmm_chunk_fwd'))
  const output = f.let('scanned', own.values('_chunk_scan_fwd'))
  if (isGated) f.let('ungated', own.values('_chunk_scan_fwd'))
  f.delete('CB')
  return output
}

/** What the scan reads. */
export interface ChunkScanInputs {
  readonly hidden: Shaped
  readonly step: Shaped
  readonly decay: Shaped
  readonly b: Shaped
  readonly c: Shaped
  readonly direct: Shaped
  readonly stepBias: Shaped
}

/**
 * The scan as a function of its own (`MambaChunkScanCombinedFn`). It keeps its inputs and its output.
 *
 * @param keepState - receives the last state, in float32
 */
export function chunkScan(
  a: Arrays,
  sizes: ScanSizes,
  inputs: ChunkScanInputs,
  keepState: (state: Shaped) => void,
): Shaped {
  const { hidden, step, decay, b, c, direct, stepBias } = inputs
  const { batch, heads, headDim, stateSize } = sizes
  return kernelFunction(a, {
    inputs: [hidden, step, decay, b, c, direct, stepBias],
    keeps: [hidden, step, decay, b, c, direct, stepBias],
    forward: (f) => {
      const output = scanForward(a, f, sizes, false)
      keepState(f.get('state'))
      return { output, kept: [output, f.get('sums')] }
    },
    backward: (f) => {
      // Autograd makes zeros for the gradient of the last state.
      f.let('dstate', a.make([batch, heads, headDim, stateSize], 'float32', 'zeros'))
      for (const [name, input] of Object.entries({ b, c, step })) f.let(name, a.emptyLike(input, 'empty_like'))
      scanBackward(a, sizes, { direct, makeHidden: () => f.let('dx', a.emptyLike(hidden, 'empty_like')) })
      const sums = [decay, direct, stepBias].map((one) => a.make(one.layout.shape, 'float32', '_chunk_cumsum_bwd'))
      const [rates, directs, biases] = sums
      return [f.get('dx'), f.get('step'), rates, f.get('b'), f.get('c'), directs, biases]
    },
  })
}

/**
 * Backward of the scan (`_mamba_chunk_scan_combined_bwd`): it runs the scan again, and sums the gradients of B and C over parts of the
 * heads. The caller has made the arrays that the gradients of the inputs are written to.
 */
export function scanBackward(
  a: Arrays,
  sizes: ScanSizes,
  { isGated = false, direct, makeHidden = () => {} }: BackwardInputs,
): void {
  const { batch, tokens, heads, headDim, groups, stateSize, chunkTokens, dtype } = sizes
  const own = arraysOf(a, sizes)
  const chunks = Math.ceil(tokens / chunkTokens)
  const splits = splitsOf(sizes)
  const f = new Names(a.tape)
  f.let('dt in', a.make([batch, tokens, heads], dtype, 'clone'))
  f.let('sums', own.perToken('_chunk_cumsum_fwd'))
  f.let('dt', own.perToken('_chunk_cumsum_fwd'))
  f.let('CB', own.pairs('_bmm_chunk_fwd'))
  f.let('states', own.states('float32', '_chunk_state_fwd'))
  const starts = own.states('float32', '_state_passing_fwd')
  f.let('last', a.make([batch, heads, headDim, stateSize], 'float32', '_state_passing_fwd'))
  f.let('states', starts)
  const blocks = Math.ceil(chunkTokens / SMALLEST_BLOCK)
  const directSum = (name: string, operation: string): void => {
    f.let(name, a.make([heads], 'float32', 'sum'))
    if (direct.dtype !== 'float32') f.let(name, a.make([heads], direct.dtype, operation))
  }
  if (isGated) {
    f.let('dD', a.make([blocks, batch, chunks, heads], 'float32', '_chunk_scan_bwd_dz'))
    for (const name of ['outz', 'dout']) f.let(name, own.values('_chunk_scan_bwd_dz'))
    directSum('dD', '_to_copy')
  }
  f.let('dstates', own.states('float32', '_chunk_scan_bwd_dstates'))
  const [narrow, converted] = [own.states(dtype, '_state_passing_bwd'), own.states(dtype, '_state_passing_bwd')]
  const rows = Math.ceil((headDim * stateSize) / SMALLEST_STATE_BLOCK)
  f.let('dA chunks', a.make([batch, heads, chunks, rows], 'float32', '_state_passing_bwd'))
  f.let('dA chunks', a.make([batch, heads, chunks], 'float32', 'sum'))
  f.let('dstates', narrow)
  f.let('states', converted)
  f.let('dD x', a.make([blocks, batch, chunks, heads], 'float32', 'zeros'))
  makeHidden()
  f.let('ddt', own.perToken('_chunk_scan_chunk_state_bwd_dx'))
  f.let('dD rows', a.make([heads], 'float32', 'sum'))
  directSum('dD x', '_to_copy')
  f.delete('dD rows')
  for (const [name, operation] of [
    ['B', '_chunk_state_bwd_db'],
    ['C', '_chunk_scan_bwd_dC'],
  ] as const) {
    f.let(`dA ${name}`, own.perToken(operation))
    f.let('parts', a.make([batch, tokens, splits, groups, stateSize], 'float32', operation))
    f.let(`d${name}`, a.make([batch, tokens, groups, stateSize], 'float32', 'sum'))
    f.delete('parts')
  }
  f.let('parts', a.make([batch, chunks, splits, groups, chunkTokens, chunkTokens], 'float32', '_chunk_scan_bwd_dcb'))
  f.let('dCB', own.pairs('sum'))
  f.delete('parts')
  f.let('dA before', own.perToken('flip'))
  f.let('dA before', own.perToken('cumsum'))
  f.let('blocks', a.make([batch, heads, chunks, blocks, chunkTokens], 'float32', '_chunk_scan_bwd_ddAcs_stable'))
  f.let('dA', own.perToken('sum'))
  f.delete('blocks')
  a.done(own.perToken('add'))
  f.free()
}

/** What backward of the scan needs to know beside sizes. */
interface BackwardInputs {
  /** Whether the scan applied the gate. Default: no. */
  readonly isGated?: boolean
  /** The parameter that the hidden states are multiplied by. */
  readonly direct: Shaped
  /** Makes the gradient of the hidden states, if the caller has not. */
  readonly makeHidden?: () => void
}

/** The fewest rows of a program of `_chunk_scan_bwd_ddAcs_stable`, and of those that sum the gradient of `D`. */
const SMALLEST_BLOCK = 32

/** The fewest elements of a state that a program of `_state_passing_bwd` takes. */
const SMALLEST_STATE_BLOCK = 64

/** In how many parts the heads of a group are summed. */
function splitsOf({ batch, tokens, chunkTokens, heads, groups }: ScanSizes): number {
  const shared = heads / groups
  const programs = Math.ceil((batch * Math.ceil(tokens / chunkTokens) * heads) / MULTIPROCESSORS)
  return Math.ceil(shared / Math.max(Math.min(programs, shared), 1))
}

/** The arrays that occur again and again. */
function arraysOf(a: Arrays, { batch, tokens, chunkTokens, heads, headDim, groups, stateSize, dtype }: ScanSizes) {
  const chunks = Math.ceil(tokens / chunkTokens)
  return {
    perToken: (operation: string) => a.make([batch, heads, chunks, chunkTokens], 'float32', operation),
    states: (own: ComputeDtype, operation: string) =>
      a.make([batch, chunks, heads, headDim, stateSize], own, operation),
    pairs: (operation: string) => a.make([batch, chunks, groups, chunkTokens, chunkTokens], 'float32', operation),
    values: (operation: string) => a.make([batch, tokens, heads, headDim], dtype, operation),
  }
}
