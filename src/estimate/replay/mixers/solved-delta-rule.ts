import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { SolvingArrays } from '../arrays/solving-arrays.js'
import { bind, type DeltaInputs, divided, upper } from './delta-rule.js'
import { foldedLoop } from './folded-loop.js'

/** Tokens of one chunk. */
const CHUNK = 64

/**
 * The gated delta rule without kernels as transformers 5 writes it (`torch_chunk_gated_delta_rule` of `modeling_qwen3_5.py`, 5.24): the
 * chunks are triangular systems, which are solved at once, and the state goes from chunk to chunk.
 *
 * @param keepState - receives the last state
 */
export function solvedDeltaRule(
  a: SolvingArrays,
  inputs: DeltaInputs,
  keepState: ((state: Shaped) => void) | undefined,
): Shaped {
  const f = new Names(a.tape)
  const { dtype } = inputs.query
  const [batch = 1, tokens = 1, keyHeads = 1, keyDim = 1] = inputs.key.layout.shape
  const [heads = 1, valueDim = 1] = inputs.value.layout.shape.slice(-2)
  f.let('query', inputs.query)
  f.let('key', inputs.key)
  if (keyHeads !== heads)
    for (const name of ['query', 'key']) f.let(name, a.repeatInterleave(f.get(name), heads / keyHeads, 2))
  const given = [f.get('query'), f.get('key'), inputs.value, inputs.rate, inputs.decay]
  bind(
    f,
    NAMES,
    given.map((x) => a.toContiguous(a.transpose(x, 1, 2), 'float32')),
  )
  f.let('query', divided(a, f.get('query')))
  f.let('key', divided(a, f.get('key')))
  f.let('query', a.scale(f.get('query')))
  const padding = (CHUNK - (tokens % CHUNK)) % CHUNK
  for (const group of [NAMES.slice(0, 3), NAMES.slice(3)])
    bind(
      f,
      group,
      group.map((name) => a.pad(f.get(name), 2, padding)),
    )
  f.let('v beta', a.mul(f.get('value'), a.unsqueeze(f.get('rate'), -1)))
  f.let('k beta', a.mul(f.get('key'), a.unsqueeze(f.get('rate'), -1)))
  const wide = ['query', 'key', 'k beta', 'v beta']
  bind(
    f,
    wide,
    wide.map((name) => a.reshape(f.get(name), [batch, heads, -1, CHUNK, f.get(name).layout.shape.at(-1) ?? 1])),
  )
  f.let('decay', a.reshape(f.get('decay'), [batch, heads, -1, CHUNK]))
  f.let('mask', upper(a))
  const sums = f.let('sums', a.cumsum(f.get('decay'), 3))
  f.let('pairs', a.sub(a.unsqueeze(sums, -1), a.unsqueeze(sums, 3)))
  f.let('pairs', a.maskedFill(f.get('pairs'), f.get('mask')))
  const pairs = f.let('pairs', a.exp(f.get('pairs')))
  const key = f.get('key')
  const system = f.let('system', a.mul(a.matmul(f.get('k beta'), a.transpose(key, -1, -2)), pairs))
  f.let('within', a.mul(a.matmul(f.get('query'), a.transpose(key, -1, -2)), pairs))
  f.let('k beta decayed', a.mul(f.get('k beta'), a.unsqueeze(a.exp(sums), -1)))
  f.let('new values', a.solve(system, f.get('v beta')))
  f.let('k decayed', a.solve(system, f.get('k beta decayed')))
  f.let('state', a.make([batch, heads, keyDim, valueDim], 'float32', 'zeros'))
  f.let('output', a.zerosLike(f.get('new values')))
  f.let('query', a.mul(f.get('query'), a.unsqueeze(a.exp(sums), -1)))
  const chunks = (tokens + padding) / CHUNK
  const isRead = keepState !== undefined
  const forState = (): void => {
    const made = a.exp(a.sub(a.slice(sums, -1, 1), sums))
    // Its product holds it as long as the code names that.
    const weights = !isRead && sums.grad && !a.tape.dropsSaved ? f.let('weights', made) : made
    f.let('key', a.mul(key, a.unsqueeze(weights, -1)))
    f.let('chunk decay', a.unsqueeze(a.unsqueeze(a.exp(a.select(sums, -1)), -1), -1))
  }
  // Nothing reads the state behind the only chunk, so that nothing is saved for it.
  if (isRead || chunks > 1) forState()
  else a.tape.withoutGradients(forState)
  foldedLoop(a.tape, chunks, (chunk) => throughChunk(a, f, chunk === chunks - 1 && !isRead))
  keepState?.(f.get('state'))
  if (!isRead) f.delete('state')
  f.let('output', a.reshape(f.get('output'), [batch, heads, -1, valueDim]))
  f.let('output', a.slice(f.get('output'), 2, tokens))
  const output = f.let('output', a.toContiguous(a.transpose(f.get('output'), 1, 2), dtype))
  return f.returned(output)
}

const NAMES = ['query', 'key', 'value', 'rate', 'decay'] as const

/** One chunk. Nobody reads what the last one leaves in the state, so that nothing is saved for it. */
function throughChunk(a: SolvingArrays, f: Names, isUnread: boolean): void {
  const of = (name: string): Shaped => a.select(f.get(name), 2)
  const fresh = f.let('v new', a.sub(of('new values'), a.matmul(of('k decayed'), f.get('state'))))
  const between = f.let('between', a.matmul(of('query'), f.get('state')))
  f.let('output', a.assign(f.get('output'), a.add(between, a.matmul(of('within'), fresh))))
  const leave = (): void => {
    const kept = a.mul(f.get('state'), of('chunk decay'))
    f.let('state', a.add(kept, a.matmul(a.transpose(of('key'), -1, -2), fresh)))
  }
  if (isUnread) a.tape.withoutGradients(leave)
  else leave()
}
