import type { Arrays } from '../../arrays/arrays.js'
import { isContiguous } from '../../arrays/layout.js'
import type { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { DeltaInputs } from '../delta-rule.js'
import { kernelFunction } from './kernel-function.js'
import { MULTIPROCESSORS } from './multiprocessors.js'

/** Tokens of one chunk (the default of `chunk_size`). */
const CHUNK = 64

/** The most key features that one program of `chunk_bwd_dqkwg` takes on a GPU with much shared memory. */
const KEY_BLOCK = 128

/**
 * The gated delta rule in the kernels of flash-linear-attention (`ChunkGatedDeltaRuleFunction` of fla-core 0.6.0,
 * `ops/gated_delta_rule/chunk.py`). It keeps normalised queries and keys, values, and a matrix for each chunk; backward computes the
 * states of all chunks again.
 *
 * @param keepState - receives the last state, in float32
 */
export function deltaRuleKernel(
  a: Arrays,
  { query, key, value, decay, rate }: DeltaInputs,
  keepState: ((state: Shaped) => void) | undefined,
): Shaped {
  const [batch = 1, tokens = 1, keyHeads = 1, keyDim = 1] = key.layout.shape
  const [heads = 1, valueDim = 1] = value.layout.shape.slice(2)
  const chunks = Math.ceil(tokens / CHUNK)
  const { dtype } = key
  const rows = [batch * tokens * keyHeads]
  const likeKey = (operation: string): Shaped => a.make([batch, tokens, keyHeads, keyDim], dtype, operation)
  const keyOfValue = (operation: string): Shaped => a.make([batch, tokens, heads, keyDim], dtype, operation)
  const likeValue = (operation: string): Shaped => a.make([batch, tokens, heads, valueDim], dtype, operation)
  const perToken = (operation: string): Shaped => a.make([batch, tokens, heads], 'float32', operation)
  const states = (operation: string): Shaped => a.make([batch, chunks, heads, keyDim, valueDim], dtype, operation)
  return kernelFunction(a, {
    inputs: [query, key, value, decay, rate],
    keeps: [rate],
    forward: (f) => {
      // `input_guard` copies what is not contiguous, and holds the copies until the function returns.
      for (const [name, input] of Object.entries({ query, key, value })) f.let(name, guarded(a, input))
      const normal = f.let('normal query', likeKey('l2norm'))
      const queryRoot = f.let('query root', a.make(rows, 'float32', 'l2norm'))
      const normalKey = f.let('normal key', likeKey('l2norm'))
      const keyRoot = f.let('key root', a.make(rows, 'float32', 'l2norm'))
      const sums = f.let('sums', perToken('chunk_local_cumsum'))
      const matrix = f.let('A', a.make([batch, tokens, heads, CHUNK], dtype, 'chunk_gated_delta_rule_fwd_intra'))
      f.let('w', keyOfValue('recompute_w_u'))
      f.let('u', likeValue('recompute_w_u'))
      f.let('h', states('chunk_gated_delta_rule_fwd_h'))
      if (keepState) {
        f.let('state', a.make([batch, heads, keyDim, valueDim], 'float32', 'chunk_gated_delta_rule_fwd_h'))
        keepState(f.get('state'))
      }
      f.let('v new', likeValue('chunk_gated_delta_rule_fwd_h'))
      const output = likeValue('chunk_fwd_o')
      return { output, kept: [normal, queryRoot, normalKey, keyRoot, f.get('value'), sums, matrix] }
    },
    backward: (f, gradient) =>
      backward(a, f, gradient, { likeKey, keyOfValue, likeValue, perToken, states, rate, isShared: heads > keyHeads }),
  })
}

interface Sizes {
  readonly likeKey: (operation: string) => Shaped
  /** A key for each head of values, several of which may share one. */
  readonly keyOfValue: (operation: string) => Shaped
  readonly isShared: boolean
  readonly likeValue: (operation: string) => Shaped
  readonly perToken: (operation: string) => Shaped
  readonly states: (operation: string) => Shaped
  readonly rate: Shaped
}

function backward(a: Arrays, f: Names, gradient: Shaped, sizes: Sizes): Shaped[] {
  const { likeKey, keyOfValue, likeValue, perToken, states, rate, isShared } = sizes
  f.let('do', guarded(a, gradient))
  f.let('w', keyOfValue('recompute_w_u'))
  f.let('u', likeValue('recompute_w_u'))
  f.let('h', states('chunk_gated_delta_rule_fwd_h'))
  f.let('v new', likeValue('chunk_gated_delta_rule_fwd_h'))
  f.let('dv', likeValue('chunk_bwd_dv_local'))
  f.let('dh', states('chunk_gated_delta_rule_bwd_dhu'))
  f.let('dv', likeValue('chunk_gated_delta_rule_bwd_dhu'))
  f.let('dq', keyOfValue('chunk_bwd_dqkwg'))
  const key = f.let('dk', keyOfValue('chunk_bwd_dqkwg'))
  const blocks = Math.ceil((key.layout.shape.at(-1) ?? 1) / KEY_BLOCK)
  const [batch = 1, tokens = 1, heads = 1] = key.layout.shape
  f.let('dg', a.make([blocks, batch, tokens, heads], 'float32', 'chunk_bwd_dqkwg'))
  f.let('dw', keyOfValue('chunk_bwd_dqkwg'))
  if (isShared) for (const name of ['dq', 'dk']) f.let(name, likeKey('sum'))
  f.let('dg', perToken('sum'))
  f.let('dk 2', keyOfValue('prepare_wy_repr_bwd'))
  const value = f.let('dv 2', likeValue('prepare_wy_repr_bwd'))
  f.let('dg 2', perToken('prepare_wy_repr_bwd'))
  const rates = f.let('db', a.make(rate.layout.shape, rate.dtype, 'prepare_wy_repr_bwd'))
  if (isShared) f.let('dk 2', likeKey('sum'))
  f.delete('dv')
  const decay = f.let('dg', perToken('chunk_local_cumsum'))
  for (const name of ['w', 'u', 'h', 'v new', 'dh', 'dw', 'dk 2', 'dg 2']) f.delete(name)
  const ownQuery = f.let('dq', likeKey('l2norm_bwd'))
  const ownKey = f.let('dk', likeKey('l2norm_bwd'))
  return [ownQuery, ownKey, value, decay, rates]
}

/** The array itself, or a copy in the order of its dimensions (`input_guard`). */
function guarded(a: Arrays, input: Shaped): Shaped {
  if (isContiguous(input.layout)) return { ...input, isNamed: true }
  return a.make(input.layout.shape, input.dtype, 'clone')
}

/**
 * A root mean square norm with a gate in one kernel (`LayerNormGatedFunction`, `modules/norm/fused_norm_gate.py`). It keeps its
 * inputs and the inverse deviation of each row.
 *
 * @param input - `[rows, features]`
 */
export function fusedGatedNorm(a: Arrays, name: string, input: Shaped, gate: Shaped): Shaped {
  const weight = a.parameter(`${name}.weight`)
  const [rows = 1] = input.layout.shape
  return kernelFunction(a, {
    inputs: [input, gate, weight],
    keeps: [input, gate, weight],
    forward: (f) => {
      const output = a.emptyLike(input, 'layer_norm_gated')
      return { output, kept: [f.let('root', a.make([rows], 'float32', 'layer_norm_gated'))] }
    },
    backward: (f) => {
      const gradients = [input, gate].map((one) => a.emptyLike(one, 'layer_norm_gated_backward'))
      f.let('dw', a.make([Math.min(MULTIPROCESSORS, rows), weight.elements], 'float32', 'layer_norm_gated_backward'))
      return [...gradients, a.make(weight.layout.shape, weight.dtype, 'sum')]
    },
  })
}
