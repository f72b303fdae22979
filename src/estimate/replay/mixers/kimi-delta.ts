import type { KimiDeltaPass } from '../../../architecture/index.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { SolvingArrays } from '../arrays/solving-arrays.js'
import { bind, solve, upper } from './delta-rule.js'
import { foldedLoop } from './folded-loop.js'
import type { MixerRun } from './mixer-run.js'
import { convolvedBy } from './solved-delta-net.js'
import { keptConvolution, keptState } from './states.js'

/** Tokens of one chunk (`chunk_size` of `chunk_kimi_delta_attention`). */
const CHUNK = 64

const NAMES = ['query', 'key', 'value', 'rate', 'decay'] as const

/** Kimi delta attention without the kernels of fla (`KimiLinearDeltaAttention` of transformers 5.24). */
export function kimiDelta(run: MixerRun, { heads, headDim }: KimiDeltaPass, input: Shaped): Shaped {
  const { name, cache, run: decoder } = run
  const a = new SolvingArrays(decoder.layers)
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1] = input.layout.shape
  const shape = [batch, tokens, -1, headDim]
  const project = (layer: string, given = input): Shaped => a.linear(`${name}.${layer}`, given)
  f.let(
    'mixed',
    a.transpose(
      a.cat(
        ['q_proj', 'k_proj', 'v_proj'].map((layer) => project(layer)),
        -1,
      ),
      1,
      2,
    ),
  )
  if (cache) keptConvolution(a, cache, name, f.get('mixed'))
  f.let('mixed', convolvedBy(run, a, `${name}.conv1d`, f.get('mixed'), tokens))
  const sizes = [heads * headDim, heads * headDim, heads * headDim]
  bind(f, NAMES.slice(0, 3), a.split(a.transpose(f.get('mixed'), 1, 2), sizes))
  for (const part of NAMES.slice(0, 3)) f.let(part, a.reshape(f.get(part), shape))
  f.let('decay', forgetGate(a, `${name}.forget_gate`, input, shape))
  f.let('rate', a.sigmoid(project('b_proj')))
  const keep = cache && ((state: Shaped) => f.let('state', state))
  f.let(
    'output',
    rule(
      a,
      NAMES.map((part) => f.get(part)),
      keep,
    ),
  )
  if (cache) keptState(a, cache, name, f.get('state'))
  f.let('gate', a.reshape(project('g_b_proj', project('g_a_proj')), shape))
  f.let('last', a.reshape(gatedNorm(a, `${name}.o_norm`, f.get('output'), f.get('gate')), [batch, tokens, -1]))
  return f.returned(f.let('last', project('o_proj', f.get('last'))))
}

/** The decay of each feature: a softplus that is written out (`KimiLinearForgetGate`). */
function forgetGate(a: SolvingArrays, name: string, input: Shaped, shape: readonly number[]): Shaped {
  const f = new Names(a.tape)
  f.let('gate', a.linear(`${name}.f_b_proj`, a.linear(`${name}.f_a_proj`, input)))
  const bias = a.reshape(a.to(a.parameter(`${name}.dt_bias`), 'float32'), [1, 1, -1])
  const g = f.let('g', a.reshape(a.add(a.to(f.get('gate'), 'float32'), bias), shape))
  f.let('A', a.to(a.parameter(`${name}.A_log`), 'float32'))
  const decay = f.let('decay', a.exp(f.get('A')))
  const large = a.make(g.layout.shape, 'bool', 'gt')
  f.let('softplus', a.where(large, g, a.log(a.shift(a.exp(g)))))
  return f.returned(a.mul(a.neg(decay), f.get('softplus')))
}

/** `chunk_kimi_delta_attention`: the gated delta rule whose decay is a vector for each head. */
function rule(a: SolvingArrays, inputs: readonly Shaped[], keepState: ((state: Shaped) => void) | undefined): Shaped {
  const f = new Names(a.tape)
  const dtype = inputs[0]?.dtype ?? 'bfloat16'
  bind(
    f,
    NAMES,
    inputs.map((x) => a.to(a.contiguous(a.transpose(x, 1, 2)), 'float32')),
  )
  for (const name of ['query', 'key']) f.let(name, divided(a, f.get(name)))
  const [batch = 1, heads = 1, tokens = 1, keyDim = 1] = f.get('key').layout.shape
  const valueDim = f.get('value').layout.shape[3] ?? 1
  const padding = (CHUNK - (tokens % CHUNK)) % CHUNK
  f.let('query', a.scale(a.pad(f.get('query'), 2, padding)))
  for (const name of ['key', 'value', 'decay', 'rate']) f.let(name, a.pad(f.get(name), 2, padding))
  f.let('v beta', a.mul(f.get('value'), a.unsqueeze(f.get('rate'), -1)))
  f.let('k beta', a.mul(f.get('key'), a.unsqueeze(f.get('rate'), -1)))
  const wide = ['query', 'key', 'value', 'decay', 'k beta', 'v beta']
  bind(
    f,
    wide,
    wide.map((name) => a.reshape(f.get(name), [batch, heads, -1, CHUNK, f.get(name).layout.shape.at(-1) ?? 1])),
  )
  f.let('rate', a.reshape(f.get('rate'), [batch, heads, -1, CHUNK]))
  const g = f.let('decay', a.cumsum(f.get('decay'), -2))
  f.let('mask', upper(a))
  f.let('strict mask', upper(a))
  const pairs = a.maskedFill(a.sub(a.unsqueeze(g, -2), a.unsqueeze(g, 3)), f.get('strict mask'))
  const decay = f.let('decay mask', a.exp(pairs))
  const products = a.mul(a.mul(a.unsqueeze(f.get('k beta'), -2), a.unsqueeze(f.get('key'), 3)), decay)
  f.let('attention', a.maskedFill(a.neg(a.sum(products, [-1])), f.get('mask')))
  solve(a, f)
  const solved = f.let('attention', a.add(f.get('attention'), a.make([CHUNK, CHUNK], f.get('attention').dtype, 'eye')))
  f.let('value', a.matmul(solved, f.get('v beta')))
  f.let('k decay', a.matmul(solved, a.mul(f.get('k beta'), a.exp(g))))
  const { dtype: valueDtype, layout } = f.get('value')
  f.let('state', a.make([batch, heads, keyDim, valueDim], valueDtype, 'zeros'))
  f.let('output', a.make(layout.shape, valueDtype, 'zeros_like'))
  f.let('mask', upper(a))
  const chunks = (tokens + padding) / CHUNK
  foldedLoop(a.tape, chunks, (chunk) => throughChunk(a, f, chunk === chunks - 1 && keepState === undefined))
  keepState?.(f.get('state'))
  f.let('output', a.reshape(f.get('output'), [batch, heads, -1, valueDim]))
  f.let('output', a.slice(f.get('output'), 2, tokens))
  return f.returned(f.let('output', a.to(a.contiguous(a.transpose(f.get('output'), 1, 2)), dtype)))
}

/** Divided by its length (`l2norm`, with a root and a quotient). */
function divided(a: SolvingArrays, x: Shaped): Shaped {
  const f = new Names(a.tape)
  f.let('length', a.sqrt(a.shift(a.sum(a.mul(x, x), [-1], true))))
  return f.returned(a.divide(x, f.get('length')))
}

/** One chunk. Nobody reads what the last one leaves in the state, so that nothing is saved for it. */
function throughChunk(a: SolvingArrays, f: Names, isUnread: boolean): void {
  for (const [own, whole] of [
    ['q', 'query'],
    ['k', 'key'],
    ['v', 'value'],
    ['g', 'decay'],
  ] as const)
    f.let(own, a.select(f.get(whole), 2))
  const [q, k, g] = [f.get('q'), f.get('k'), f.get('g')]
  f.let('between', a.matmul(a.mul(q, a.exp(g)), f.get('state')))
  const products = a.mul(a.mul(a.unsqueeze(q, -2), a.unsqueeze(k, 2)), a.select(f.get('decay mask'), 2))
  f.let('within', a.maskedFill(a.sum(products, [-1]), f.get('mask')))
  f.let('v prime', a.matmul(a.select(f.get('k decay'), 2), f.get('state')))
  const fresh = f.let('v new', a.sub(f.get('v'), f.get('v prime')))
  f.let('output', a.assign(f.get('output'), a.add(f.get('between'), a.matmul(f.get('within'), fresh))))
  const leave = (): void => {
    const kept = a.mul(f.get('state'), a.unsqueeze(a.exp(a.select(g, 2)), -1))
    const weighted = a.mul(k, a.exp(a.sub(a.slice(g, 2, 1), g)))
    f.let('state', a.add(kept, a.matmul(a.transpose(weighted, -1, -2), fresh)))
  }
  if (isUnread) a.tape.withoutGradients(leave)
  else leave()
}

/** A root mean square norm in float32 with a sigmoid gate (`KimiLinearRMSNormGated`). */
function gatedNorm(a: SolvingArrays, name: string, input: Shaped, gate: Shaped): Shaped {
  const f = new Names(a.tape)
  f.let('hidden', a.to(input, 'float32'))
  f.let('variance', a.mean(a.pow(f.get('hidden'))))
  f.let('hidden', a.mul(f.get('hidden'), a.rsqrt(a.shift(f.get('variance')))))
  f.let('hidden', a.mul(a.to(a.parameter(`${name}.weight`), 'float32'), f.get('hidden')))
  f.let('hidden', a.mul(f.get('hidden'), a.sigmoid(a.to(gate, 'float32'))))
  return f.returned(a.to(f.get('hidden'), input.dtype))
}
