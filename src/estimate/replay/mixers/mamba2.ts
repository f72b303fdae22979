import type { Mamba2Pass } from '../../../architecture/index.js'
import type { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { child } from '../submodules.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { gatedBy } from './gated-norm.js'
import { causalConv } from './kernels/causal-conv.js'
import { chunkScan, type ScanSizes } from './kernels/chunk-scan-kernel.js'
import { splitScanKernel } from './kernels/split-scan-kernel.js'
import type { MixerRun } from './mixer-run.js'

/**
 * Mamba-2, with kernels if they are installed (`cuda_kernels_forward` and `torch_forward` of `modeling_mamba2.py`, transformers
 * 4.57.6). Without them, the scan of a chunk of tokens is written as products and sums of arrays that have its tokens twice.
 */
export function mamba2(run: MixerRun, pass: Mamba2Pass, input: Shaped): Shaped {
  const { arrays: a, name } = run
  const sizes = sizesOf(run)
  const { heads, headDim, groups, stateSize, inner, convolved } = sizes
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1] = input.layout.shape
  const given = pass.scaled ? f.let('input', a.scale(input)) : input
  let projected = f.let('projected', a.linear(`${name}.in_proj`, given))
  // The vector of multipliers is a buffer that all layers share.
  const multipliers = () => a.constant([1, 1, inner + convolved + heads], a.parameter(`${name}.A_log`).dtype)
  if (pass.scaled) projected = f.let('projected', a.mul(projected, multipliers()))
  const scanSizes: ScanSizes = { ...sizes, batch, tokens, chunkTokens: pass.chunkTokens, dtype: projected.dtype }
  const hasKernels = run.packages.has('mamba_ssm')
  const keepState = (state: Shaped): void => void f.let('state', state)
  if (hasKernels && !run.cache && pass.isOneKernel !== false) {
    const decay = f.let('A', a.neg(a.exp(a.to(a.parameter(`${name}.A_log`), 'float32'))))
    const isNormed = pass.norm !== 'gateAlone'
    const asked = pass.holdsState ? keepState : undefined
    return f.returned(splitScanKernel(run, scanSizes, { projected, decay, isNormed, keepState: asked }))
  }
  const parts = a.split(projected, [0, 0, inner, convolved, heads])
  const [, , gate, , dtRaw] = parts.map((part, index) => f.let(`part ${index}`, part))
  const holdsState = pass.holdsState && !hasKernels
  if (holdsState)
    f.let('last state', a.make([batch, heads, headDim, stateSize], input.dtype, run.cache ? 'clone' : 'zeros'))
  const mixed = convolution(run, pass, f, 'part 3', tokens)
  const [x, b, c] = a
    .split(mixed, [inner, groups * stateSize, groups * stateSize])
    .map((part, index) => f.let(`xbc ${index}`, part))
  // The code gives the name of the convolved channels to a part of them.
  if (holdsState) f.delete('part 3')
  if (!gate || !dtRaw || !x || !b || !c) throw new Error('the projection has five parts')
  const decay = f.let('A', a.neg(a.exp(a.to(a.parameter(`${name}.A_log`), 'float32'))))
  const out = (y: Shaped): Shaped => {
    const normal = f.let('normal', gatedBy(a, pass.norm ?? 'gated', { name: `${name}.norm`, groups }, y, gate))
    return f.returned(a.linear(`${name}.out_proj`, a.to(normal, input.dtype)))
  }
  if (hasKernels) {
    const inHeads = (own: Shaped, count: number): Shaped => a.reshape(own, [batch, tokens, count, -1])
    const [direct, stepBias] = [a.parameter(`${name}.D`), a.parameter(`${name}.dt_bias`)]
    const given = { hidden: inHeads(x, heads), step: dtRaw, b: inHeads(b, groups), c: inHeads(c, groups) }
    const y = f.let('y', chunkScan(a, scanSizes, { ...given, decay, direct, stepBias }, keepState))
    if (pass.states === 'replaced') run.cache?.replace(name, 'recurrent', f.get('state'))
    return out(f.let('y', a.reshape(y, [batch, tokens, -1])))
  }
  let dt = f.let('part 4', a.softplus(a.add(dtRaw, a.parameter(`${name}.dt_bias`))))
  dt = f.let('part 4', a.clamp(dt, pass.limitedBelow ? ['ge'] : ['ge', 'le']))
  const hidden = f.let('xbc 0', a.to(a.reshape(x, [batch, tokens, -1, headDim]), 'float32'))
  return out(f.let('y', scan(run, pass, sizes, f, { hidden, decay, dt, b, c })))
}

export interface Mamba2Sizes {
  readonly heads: number
  readonly headDim: number
  readonly groups: number
  readonly stateSize: number
  /** Channels inside the block, and those that pass the convolution. */
  readonly inner: number
  readonly convolved: number
}

/** The sizes of a block, from its parameters and its state. */
export function sizesOf({ arrays, block, name }: MixerRun): Mamba2Sizes {
  const { state } = block.module
  const inner = child(block, 'out_proj')?.module.linear?.inFeatures
  if (!state?.convolution || !inner) throw new UndescribedBlock(`${name} has no state`)
  const heads = arrays.parameter(`${name}.A_log`).elements
  const stateSize = state.elements / inner
  const convolved = state.convolution.channels
  return { heads, headDim: inner / heads, groups: (convolved - inner) / (2 * stateSize), stateSize, inner, convolved }
}

/** The convolution over tokens, with the last inputs kept in the cache. */
function convolution(
  run: MixerRun,
  { states, holdsState }: Mamba2Pass,
  f: Names,
  name: string,
  tokens: number,
): Shaped {
  const { arrays: a } = run
  const given = f.get(name)
  if (run.cache) {
    const turned = f.let('turned', a.transpose(given, 1, 2))
    const kernel = a.parameter(`${run.name}.conv1d.weight`).layout.shape.at(-1) ?? 1
    const last = f.let('last inputs', a.pad(turned, -1, kernel - tokens))
    if (states === 'replaced') run.cache.replace(run.name, 'convolution', last)
  }
  const turned = a.transpose(given, 1, 2)
  if (run.packages.has('causal_conv1d'))
    return f.let(name, a.transpose(causalConv(a, `${run.name}.conv1d`, turned), 1, 2))
  const whole = a.depthwiseConv(`${run.name}.conv1d`, turned)
  if (run.cache && holdsState) return f.let(name, a.slice(a.silu(a.transpose(whole, 1, 2)), 1, tokens))
  return f.let(name, a.silu(a.transpose(a.slice(whole, -1, tokens), 1, 2)))
}

interface Scanned {
  readonly hidden: Shaped
  readonly decay: Shaped
  readonly dt: Shaped
  readonly b: Shaped
  readonly c: Shaped
}

function scan(
  run: MixerRun,
  pass: Mamba2Pass,
  sizes: Mamba2Sizes,
  f: Names,
  { hidden, decay, dt, b, c }: Scanned,
): Shaped {
  const { arrays: a, name } = run
  const { heads, headDim, groups, stateSize } = sizes
  const { chunkTokens } = pass
  const [batch = 1, tokens = 1] = hidden.layout.shape
  const states = (state: Shaped) => a.to(a.reshape(state, [batch, tokens, -1, stateSize]), 'float32')
  const forHeads = (state: Shaped) => a.repeatInterleave(state, heads / groups, 2)
  const wideB = f.let('xbc 1', states(b))
  const wideC = f.let('xbc 2', states(c))
  const ownB = f.let('xbc 1', forHeads(wideB))
  const ownC = f.let('xbc 2', forHeads(wideC))
  const padding = (chunkTokens - (tokens % chunkTokens)) % chunkTokens
  const residual = f.let('D residual', a.mul(a.unsqueeze(a.parameter(`${name}.D`), -1), a.pad(hidden, 1, padding)))
  const weighted = f.let('xbc 0', a.mul(hidden, a.unsqueeze(dt, -1)))
  const rate = f.let('A', a.mul(decay, dt))
  const chunked = [weighted, rate, ownB, ownC].map((each) => {
    const [, , ...rest] = each.layout.shape
    return a.reshape(a.pad(each, 1, padding), [batch, -1, chunkTokens, ...rest])
  })
  const [x, chunkRate, chunkB, chunkC] = chunked.map((each, index) =>
    f.let(['xbc 0', 'A', 'xbc 1', 'xbc 2'][index] ?? '', each),
  )
  if (!x || !chunkRate || !chunkB || !chunkC) throw new Error('there are four arrays')
  const rates = f.let('A', a.permute(chunkRate, [0, 3, 1, 2]))
  const sums = f.let('A sums', a.cumsum(rates, -1))
  const within = f.let('L', a.exp(segmentSum(a, rates)))
  const products = f.let('G products', a.mul(a.unsqueeze(chunkC, 3), a.unsqueeze(chunkB, 2)))
  const scores = f.let('G', a.sum(products, [-1]))
  const masked = f.let(
    'M products',
    a.mul(a.unsqueeze(scores, -1), a.unsqueeze(a.permute(within, [0, 2, 3, 4, 1]), -1)),
  )
  const weights = f.let('M', a.sum(masked, [-1]))
  const diagonal = f.let('Y diagonal', a.sum(a.mul(a.unsqueeze(weights, -1), a.unsqueeze(x, 2)), [3]))
  const left = f.let('decay states', a.exp(a.sub(a.slice(sums, -1, 1), sums)))
  const decayedB = f.let('B decay', a.mul(chunkB, a.unsqueeze(a.permute(left, [0, 2, 3, 1]), -1)))
  const ends = f.let('states', a.sum(a.mul(a.unsqueeze(decayedB, -2), a.unsqueeze(x, -1)), [2]))
  const before = f.let('previous states', a.make([batch, 1, heads, headDim, stateSize], ends.dtype, 'zeros_like'))
  const joined = f.let('states', a.cat([before, ends], 1))
  let across = f.let('decay chunk', a.exp(segmentSum(a, a.pad(a.select(sums, -1), -1, 1))))
  across = f.let('decay chunk', a.transpose(across, 1, 3))
  const all = f.let('new states', a.sum(a.mul(a.unsqueeze(a.unsqueeze(across, -1), -1), a.unsqueeze(joined, 2)), [1]))
  const chunks = (joined.layout.shape[1] ?? 1) - 1
  const starts = f.let('states', a.slice(all, 1, chunks))
  f.let('last state', a.select(all, 1))
  const decayOut = f.let('state decay', a.exp(sums))
  const read = f.let('C states', a.mul(a.unsqueeze(chunkC, -2), a.unsqueeze(starts, 2)))
  const decayed = f.let('state decay permuted', a.permute(decayOut, [0, 2, 3, 1]))
  const between = f.let('Y off', a.mul(a.sum(read, [-1]), a.unsqueeze(decayed, -1)))
  let y = f.let('y', a.add(diagonal, between))
  y = f.let('y', a.reshape(y, [batch, -1, heads, headDim]))
  y = f.let('y', a.add(y, residual))
  if (padding > 0) y = f.let('y', a.slice(y, 1, tokens))
  y = f.let('y', a.reshape(y, [batch, tokens, -1]))
  if (run.cache && pass.states === 'replaced') run.cache.replace(name, 'recurrent', f.get('last state'))
  return y
}

/** The sums of all segments of a chunk (`segment_sum`): one for each pair of tokens, with the later ones masked. */
export function segmentSum(a: Arrays, input: Shaped): Shaped {
  const f = new Names(a.tape)
  const { shape } = input.layout
  const size = shape.at(-1) ?? 1
  const triangle = (): Shaped => {
    const ones = a.make([size, size], 'bool', 'ones')
    const lower = a.make([size, size], 'bool', 'tril')
    a.done(ones)
    return lower
  }
  const inverted = (): Shaped => a.make([size, size], 'bool', 'bitwise_not')
  const pairs = f.let('input', a.expand(a.unsqueeze(input, -1), [...shape, size]))
  f.let('mask', triangle())
  const masked = f.let('input', a.maskedFill(pairs, inverted()))
  const sums = f.let('sums', a.cumsum(masked, -2))
  f.let('mask', triangle())
  return f.returned(a.maskedFill(sums, inverted()))
}
