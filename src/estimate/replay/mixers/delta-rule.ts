import type { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { foldedLoop } from './folded-loop.js'
import { growingLoop } from './growing-loop.js'

/** Tokens of one chunk (`chunk_size` of `torch_chunk_gated_delta_rule`). */
const CHUNK = 64

/** What the rule reads: `[batch, tokens, heads, features]`, and a decay and a rate for each token and head. */
export interface DeltaInputs {
  readonly query: Shaped
  readonly key: Shaped
  readonly value: Shaped
  readonly decay: Shaped
  readonly rate: Shaped
}

/**
 * The gated delta rule without kernels (`torch_chunk_gated_delta_rule` of `modeling_qwen3_next.py`, transformers 4.57.6): the rows of a
 * chunk are solved one after the other, in place, and the state goes from chunk to chunk.
 *
 * @param keepState - receives the last state
 */
export function deltaRule(a: Arrays, inputs: DeltaInputs, keepState: ((state: Shaped) => void) | undefined): Shaped {
  const f = new Names(a.tape)
  const { dtype } = inputs.query
  f.let('query', divided(a, inputs.query))
  f.let('key', divided(a, inputs.key))
  const given = [f.get('query'), f.get('key'), inputs.value, inputs.rate, inputs.decay]
  bind(
    f,
    ['query', 'key', 'value', 'rate', 'decay'],
    given.map((x) => a.to(a.contiguous(a.transpose(x, 1, 2)), 'float32')),
  )
  const [batch = 1, heads = 1, tokens = 1, keyDim = 1] = f.get('key').layout.shape
  const valueDim = f.get('value').layout.shape[3] ?? 1
  const padding = (CHUNK - (tokens % CHUNK)) % CHUNK
  for (const name of ['query', 'key', 'value', 'rate', 'decay']) f.let(name, a.pad(f.get(name), 2, padding))
  f.let('query', a.scale(f.get('query')))
  f.let('v beta', a.mul(f.get('value'), a.unsqueeze(f.get('rate'), -1)))
  f.let('k beta', a.mul(f.get('key'), a.unsqueeze(f.get('rate'), -1)))
  const wide = ['query', 'key', 'value', 'k beta', 'v beta']
  bind(
    f,
    wide,
    wide.map((name) => {
      const x = f.get(name)
      return a.reshape(x, [batch, heads, -1, CHUNK, x.layout.shape.at(-1) ?? 1])
    }),
  )
  f.let('decay', a.reshape(f.get('decay'), [batch, heads, -1, CHUNK]))
  f.let('mask', upper(a))
  const decay = f.let('decay', a.cumsum(f.get('decay'), -1))
  const mask = f.let('decay mask', a.tril(a.exp(a.tril(a.sub(a.unsqueeze(decay, -1), a.unsqueeze(decay, -2))))))
  const key = f.get('key')
  const product = a.mul(a.matmul(f.get('k beta'), a.transpose(key, -1, -2)), mask)
  f.let('attention', a.neg(a.maskedFill(product, f.get('mask'))))
  solve(a, f)
  const eye = a.make([CHUNK, CHUNK], f.get('attention').dtype, 'eye')
  const solved = f.let('attention', a.add(f.get('attention'), eye))
  f.let('value', a.matmul(solved, f.get('v beta')))
  f.let('k decay', a.matmul(solved, a.mul(f.get('k beta'), a.unsqueeze(a.exp(decay), -1))))
  const { dtype: valueDtype, layout } = f.get('value')
  f.let('state', a.to(a.make([batch, heads, keyDim, valueDim], 'float32', 'zeros'), valueDtype))
  f.let('output', a.make(layout.shape, valueDtype, 'zeros_like'))
  f.let('mask', upper(a))
  const chunks = (tokens + padding) / CHUNK
  foldedLoop(a.tape, chunks, (chunk) => throughChunk(a, f, chunk === chunks - 1 && keepState === undefined))
  keepState?.(f.get('state'))
  let output = f.let('output', a.reshape(f.get('output'), [batch, heads, -1, valueDim]))
  output = f.let('output', a.slice(output, 2, tokens))
  output = f.let('output', a.to(a.contiguous(a.transpose(output, 1, 2)), dtype))
  return f.returned(output)
}

/** Divided by its length (`l2norm`). */
export function divided(a: Arrays, x: Shaped): Shaped {
  const f = new Names(a.tape)
  const inverse = f.let('inverse', a.rsqrt(a.shift(a.sum(a.mul(x, x), [-1], true))))
  return f.returned(a.mul(x, inverse))
}

/** Binds several names at once. */
export function bind(f: Names, names: readonly string[], values: readonly Shaped[]): void {
  for (const [index, value] of values.entries()) f.let(names[index] ?? '', value)
}

/** The mask of later tokens in a chunk (`triu`). */
export function upper(a: Arrays): Shaped {
  const ones = a.make([CHUNK, CHUNK], 'bool', 'ones')
  const upper = a.make([CHUNK, CHUNK], 'bool', 'triu')
  a.done(ones)
  return upper
}

/** Each row of the chunk's matrix, from those above it, in place. */
export function solve(a: Arrays, f: Names): void {
  const iterate = (index: number): void => {
    const row = index + 1
    const before = f.get('attention')
    const own = f.let('row', a.clone(a.slice(a.select(before, -2), -1, row)))
    const above = f.let('sub', a.clone(a.slice(a.slice(before, -2, row), -1, row)))
    const sum = a.add(own, a.sum(a.mul(a.unsqueeze(own, -1), above), [-2]))
    f.let('attention', a.assign(before, sum))
  }
  const grow = (left: number): void => {
    for (const [name, dims] of [
      ['row', [-1]],
      ['sub', [-1, -2]],
    ] as const) {
      const { layout, dtype, storage } = f.get(name)
      const shape = dims.reduce((sizes, dim) => sizes.with(dim, (sizes.at(dim) ?? 1) + left), layout.shape)
      if (storage.references === 1) f.let(name, a.make(shape, dtype, 'clone'))
    }
  }
  growingLoop(a.tape, CHUNK - 1, iterate, grow)
}

/**
 * One chunk: what its tokens read from the state and from each other, and what they leave in the state. Nobody reads what the last
 * chunk leaves, so that nothing is saved for it.
 */
function throughChunk(a: Arrays, f: Names, isUnread: boolean): void {
  const parts = ['query', 'key', 'value'].map((name) => a.select(f.get(name), 2))
  bind(f, ['q', 'k', 'v'], parts)
  const [q, k, v] = [f.get('q'), f.get('k'), f.get('v')]
  const decay = f.get('decay')
  const scores = a.mul(a.matmul(q, a.transpose(k, -1, -2)), a.select(f.get('decay mask'), 2))
  const attention = f.let('attention', a.maskedFillInPlace(scores, f.get('mask')))
  const prime = f.let('v prime', a.matmul(a.select(f.get('k decay'), 2), f.get('state')))
  const fresh = f.let('v new', a.sub(v, prime))
  const between = f.let('between', a.matmul(a.mul(q, a.exp(a.unsqueeze(a.select(decay, 2), -1))), f.get('state')))
  f.let('output', a.assign(f.get('output'), a.add(between, a.matmul(attention, fresh))))
  if (isUnread) a.tape.withoutGradients(() => leave(a, f))
  else leave(a, f)
}

function leave(a: Arrays, f: Names): void {
  const [k, decay, fresh] = [f.get('k'), f.get('decay'), f.get('v new')]
  const last = () => a.select(a.select(decay, 2), -1)
  const kept = a.mul(f.get('state'), a.exp(a.unsqueeze(a.unsqueeze(last(), -1), -1)))
  const weights = a.unsqueeze(a.exp(a.sub(a.unsqueeze(last(), -1), a.select(decay, 2))), -1)
  const added = a.matmul(a.transpose(a.mul(k, weights), -1, -2), fresh)
  f.let('state', a.add(kept, added))
}
