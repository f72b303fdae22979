import type { Arrays } from '../../arrays/arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { ComputeDtype } from '../../dtype.js'
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

/**
 * Backward of the scan (`_mamba_chunk_scan_combined_bwd`): it runs the scan again, and sums the gradients of B and C over parts of the
 * heads. The caller has made the arrays that the gradients of the inputs are written to.
 */
export function scanBackward(a: Arrays, sizes: ScanSizes, isGated: boolean): void {
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
  if (isGated) for (const name of ['outz', 'dout']) f.let(name, own.values('_chunk_scan_bwd_dz'))
  f.let('dstates', own.states('float32', '_chunk_scan_bwd_dstates'))
  const [narrow, converted] = [own.states(dtype, '_state_passing_bwd'), own.states(dtype, '_state_passing_bwd')]
  f.let('dstates', narrow)
  f.let('states', converted)
  f.let('ddt', own.perToken('_chunk_scan_chunk_state_bwd_dx'))
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
  const blocks = Math.ceil(chunkTokens / SMALLEST_BLOCK)
  f.let('blocks', a.make([batch, heads, chunks, blocks, chunkTokens], 'float32', '_chunk_scan_bwd_ddAcs_stable'))
  f.let('dA', own.perToken('sum'))
  f.free()
}

/** The fewest rows of a program of `_chunk_scan_bwd_ddAcs_stable`. */
const SMALLEST_BLOCK = 32

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
