import type { Mamba2ProductsPass } from '../../../architecture/index.js'
import { einsum } from '../arrays/einsum.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { normOfGatedGroups } from './gated-norm.js'
import { causalConv } from './kernels/causal-conv.js'
import { chunkScan, type ScanSizes } from './kernels/chunk-scan-kernel.js'
import { splitScanKernel } from './kernels/split-scan-kernel.js'
import { segmentSum, sizesOf } from './mamba2.js'
import type { MixerRun } from './mixer-run.js'

/**
 * Mamba-2 as transformers 5 writes it (`NemotronHMamba2Mixer` and `mamba2_chunk_scan` of 5.24). Each of its functions is a kernel if its
 * package is installed; without mamba_ssm, the scan of a chunk of tokens is in batched products.
 */
export function mamba2Products(run: MixerRun, pass: Mamba2ProductsPass, input: Shaped): Shaped {
  const { arrays: a, name, cache } = run
  const sizes = sizesOf(run)
  const { heads, headDim, groups, stateSize, inner, convolved } = sizes
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1] = input.layout.shape
  const projected = f.let('projected', a.linear(`${name}.in_proj`, input))
  f.let('A', a.neg(a.exp(a.to(a.parameter(`${name}.A_log`), 'float32'))))
  const scanSizes: ScanSizes = { ...sizes, batch, tokens, chunkTokens: pass.chunkTokens, dtype: projected.dtype }
  if (run.packages.has('mamba_ssm') && !cache)
    return f.returned(splitScanKernel(run, scanSizes, { projected, decay: f.get('A'), isNormed: true }))
  for (const [index, part] of a.split(projected, [inner, convolved, heads]).entries()) f.let(PARTS[index] ?? '', part)
  const mixed = f.let('mixed', a.transpose(f.get('mixed'), 1, 2))
  if (cache) {
    const kernel = a.parameter(`${name}.conv1d.weight`).layout.shape.at(-1) ?? 1
    cache.replace(name, 'convolution', a.make([batch, convolved, kernel], mixed.dtype, 'zeros'), true)
  }
  f.let('mixed', convolution(run, `${name}.conv1d`, mixed, tokens))
  f.let('mixed', a.transpose(f.get('mixed'), 1, 2))
  const parts = a.split(f.get('mixed'), [inner, groups * stateSize, groups * stateSize])
  for (const [index, part] of parts.entries()) f.let(['hidden', 'B', 'C'][index] ?? '', part)
  const wide = (part: string, count: number): Shaped => a.reshape(f.get(part), [batch, tokens, count, -1])
  const scanned = {
    hidden: wide('hidden', heads),
    B: wide('B', groups),
    C: wide('C', groups),
    dt: f.get('dt'),
    A: f.get('A'),
  }
  const { output, state } = run.packages.has('mamba_ssm')
    ? kernelScan(run, scanSizes, scanned)
    : scan(run, pass, { headDim, heads, groups }, scanned)
  f.let('scanned', output)
  if (state) {
    f.let('state', state)
    cache?.replace(name, 'recurrent', a.make(state.layout.shape, state.dtype, 'zeros'), true)
  }
  f.let('scanned', a.reshape(f.get('scanned'), [batch, tokens, -1]))
  f.let('scanned', normOfGatedGroups(a, { name: `${name}.norm`, groups }, f.get('scanned'), f.get('gate')))
  return f.returned(f.let('projected', a.linear(`${name}.out_proj`, a.to(f.get('scanned'), input.dtype))))
}

/** The convolution and its activation (`causal_conv1d_fn`). */
function convolution({ arrays: a, packages }: MixerRun, name: string, mixed: Shaped, tokens: number): Shaped {
  if (packages.has('causal_conv1d')) return causalConv(a, name, mixed)
  const f = new Names(a.tape)
  f.let('out', a.slice(a.convolutionOfWeights(name, mixed), -1, tokens))
  const bent = f.let('out', a.silu(f.get('out')))
  return f.returned(a.to(bent, mixed.dtype))
}

const PARTS = ['gate', 'mixed', 'dt'] as const

interface Scanned {
  readonly hidden: Shaped
  readonly B: Shaped
  readonly C: Shaped
  readonly dt: Shaped
  readonly A: Shaped
}

/** The scan and its last state in the kernels of mamba_ssm. */
function kernelScan(
  { arrays: a, name }: MixerRun,
  sizes: ScanSizes,
  { hidden, B, C, dt, A }: Scanned,
): { output: Shaped; state: Shaped | undefined } {
  let state: Shaped | undefined
  const [direct, stepBias] = [a.parameter(`${name}.D`), a.parameter(`${name}.dt_bias`)]
  const output = chunkScan(a, sizes, { hidden, step: dt, decay: A, b: B, c: C, direct, stepBias }, (last) => {
    state = { ...a.tape.alias(last), layout: last.layout, isNamed: false }
  })
  return { output, state }
}

function scan(
  { arrays: a, name, cache }: MixerRun,
  { chunkTokens }: Mamba2ProductsPass,
  { heads, groups, headDim }: { readonly heads: number; readonly groups: number; readonly headDim: number },
  given: Scanned,
): { output: Shaped; state: Shaped | undefined } {
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1] = given.hidden.layout.shape
  f.let('hidden', given.hidden)
  f.let('B', given.B)
  f.let('C', given.C)
  f.let('dt', a.add(given.dt, a.to(a.parameter(`${name}.dt_bias`), given.dt.dtype)))
  f.let('dt', a.softplus(f.get('dt')))
  f.let('dt', a.clamp(f.get('dt')))
  f.let('hidden', a.to(f.get('hidden'), 'float32'))
  for (const part of ['B', 'C']) {
    const wide = a.to(f.get(part), 'float32')
    f.let(part, a.repeatInterleave(wide, heads / groups, 2))
  }
  const padding = (chunkTokens - (tokens % chunkTokens)) % chunkTokens
  f.let('residual', a.mul(a.unsqueeze(a.parameter(`${name}.D`), -1), a.pad(f.get('hidden'), 1, padding)))
  f.let('hidden', a.mul(f.get('hidden'), a.to(a.unsqueeze(f.get('dt'), -1), 'float32')))
  f.let('A', a.mul(given.A, a.to(f.get('dt'), 'float32')))
  const chunked = CHUNKED.map((part) => {
    const each = f.get(part)
    return a.reshape(a.pad(each, 1, padding), [batch, -1, chunkTokens, ...each.layout.shape.slice(2)])
  })
  for (const [index, part] of chunked.entries()) f.let(CHUNKED[index] ?? '', part)
  f.let('A', a.permute(f.get('A'), [0, 3, 1, 2]))
  const sums = f.let('A sums', a.cumsum(f.get('A'), -1))
  f.let('L', a.exp(segmentSum(a, f.get('A'))))
  f.let('G', einsum(a, 'bclhn,bcshn->bclsh', f.get('C'), f.get('B')))
  f.let('M', a.mul(f.get('G'), a.permute(f.get('L'), [0, 2, 3, 4, 1])))
  f.let('Y diagonal', einsum(a, 'bclsh,bcshp->bclhp', f.get('M'), f.get('hidden')))
  f.let('decay states', a.exp(a.sub(a.slice(sums, -1, 1), sums)))
  f.let('B decay', a.mul(f.get('B'), a.unsqueeze(a.permute(f.get('decay states'), [0, 2, 3, 1]), -1)))
  const ends = f.let('states', einsum(a, 'bclhn,bclhp->bchpn', f.get('B decay'), f.get('hidden')))
  const stateSize = ends.layout.shape.at(-1) ?? 1
  const before = f.let('previous', a.make([batch, 1, heads, headDim, stateSize], ends.dtype, 'zeros_like'))
  f.let('states', a.cat([before, ends], 1))
  f.let('decay chunk', a.transpose(a.exp(segmentSum(a, a.pad(a.select(sums, -1), -1, 1))), 1, 3))
  const all = f.let('new states', einsum(a, 'bzch,bzhpn->bchpn', f.get('decay chunk'), f.get('states')))
  f.let('states', a.slice(all, 1, (all.layout.shape[1] ?? 1) - 1))
  const last = f.let('last', a.select(all, 1))
  f.let('decay out', a.exp(sums))
  f.let('C states', einsum(a, 'bclhn,bchpn->bclhp', f.get('C'), f.get('states')))
  f.let('Y off', a.mul(f.get('C states'), a.unsqueeze(a.permute(f.get('decay out'), [0, 2, 3, 1]), -1)))
  f.let('output', a.contiguous(a.add(f.get('Y diagonal'), f.get('Y off'))))
  f.let('output', a.reshape(f.get('output'), [batch, -1, heads, headDim]))
  f.let('output', a.add(f.get('output'), f.get('residual')))
  if (padding > 0) f.let('output', a.slice(f.get('output'), 1, tokens))
  const state = cache && { ...a.tape.alias(last), layout: last.layout, isNamed: false }
  return { output: f.returned(f.get('output')), state }
}

const CHUNKED = ['hidden', 'A', 'B', 'C'] as const
