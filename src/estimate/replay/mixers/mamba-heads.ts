import type { MambaHeadsPass } from '../../../architecture/index.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { MixerRun } from './mixer-run.js'
import { tokenLoop } from './token-loop.js'

/**
 * Mamba whose channels are in heads with projections of their own, without kernels (`slow_forward` of `modeling_zamba.py`, transformers
 * 4.57.6): as Mamba, with heads before sequences.
 */
export function mambaHeads({ arrays: a, name, cache }: MixerRun, _pass: MambaHeadsPass, input: Shaped): Shaped {
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1] = input.layout.shape
  const { dtype } = input
  const [heads = 1, perHead = 1, stateSize = 1] = a.parameter(`${name}.A_log`).layout.shape
  const [, , rank = 1] = a.parameter(`${name}.dt_proj_weight`).layout.shape
  const channels = heads * perHead
  const projected = f.let('projected', a.transpose(a.linear(`${name}.in_proj`, input), 1, 2))
  const halves = a.split(a.reshape(projected, [batch, channels, 2, tokens]), [1, 1], 2)
  const [first, second] = halves.map((half) => f.let('half', a.squeeze(half, 2)))
  if (!first || !second) throw new Error('the projection has two halves')
  f.let('hidden', a.contiguous(first))
  f.let('gate', a.transpose(a.reshape(second, [batch, heads, perHead, tokens]), 0, 1))
  f.delete('half')
  const states = [batch, heads, perHead, stateSize]
  if (cache) {
    f.let('state', a.borrowed(cache.of(name, 'recurrent'), states))
    const kernel = a.parameter(`${name}.conv1d.weight`).layout.shape.at(-1) ?? 1
    cache.replace(name, 'convolution', f.let('last inputs', a.pad(f.get('hidden'), -1, kernel - tokens)))
  } else f.let('state', a.make(states, dtype, 'zeros'))
  f.let('hidden', a.silu(a.slice(a.depthwiseConv(`${name}.conv1d`, f.get('hidden')), -1, tokens)))
  f.let('hidden', a.transpose(a.reshape(f.get('hidden'), [batch, heads, perHead, tokens]), 0, 1))
  // Autocast casts a matrix before it is repeated for each sequence.
  const ofHeads = (parameter: string, rows: number, columns: number): Shaped => {
    const matrix = a.unsqueeze(a.parameter(`${name}.${parameter}`), 1)
    const cast = a.layers.autocast ? a.to(matrix, a.layers.half) : matrix
    return a.expand(cast, [heads, batch, rows, columns])
  }
  const width = rank + 2 * stateSize
  f.let('parameters', a.transpose(a.matmul(ofHeads('x_proj_weight', width, perHead), f.get('hidden')), -1, -2))
  const parts = a.split(f.get('parameters'), [rank, stateSize, stateSize])
  for (const [index, part] of parts.entries()) f.let(SCANNED[index] ?? '', part)
  const bias = a.unsqueeze(a.unsqueeze(a.parameter(`${name}.dt_proj_bias`), 1), -1)
  const ownSteps = a.transpose(f.get('time step'), -1, -2)
  f.let('step', a.add(a.matmul(ofHeads('dt_proj_weight', perHead, rank), ownSteps), bias))
  f.let('step', a.softplus(f.get('step')))
  const rate = f.let('A', a.neg(a.exp(a.to(a.parameter(`${name}.A_log`), 'float32'))))
  const step = (): Shaped => a.unsqueeze(f.get('step'), -1)
  const decay = f.let('decay', a.exp(a.mul(a.unsqueeze(a.unsqueeze(rate, 1), 3), step())))
  const matrix = f.let('discrete B', a.mul(step(), a.to(a.unsqueeze(f.get('B'), 2), 'float32')))
  const added = f.let('added', a.mul(matrix, a.to(a.unsqueeze(f.get('hidden'), -1), 'float32')))
  const at = (all: Shaped): Shaped => a.transpose(a.select(all, 3), 0, 1)
  const outputs = tokenLoop(a, f, tokens, () => {
    const state = f.let('state', a.add(a.mul(at(decay), f.get('state')), at(added)))
    const read = a.unsqueeze(a.select(f.get('C'), 2), -1)
    const output = f.let('output', a.matmul(a.to(a.transpose(state, 0, 1), dtype), read))
    return a.select(output, 3)
  })
  f.let('output', a.stack(outputs, tokens))
  const gain = a.unsqueeze(a.unsqueeze(a.parameter(`${name}.D`), 1), -1)
  f.let('output', a.add(f.get('output'), a.mul(f.get('hidden'), gain)))
  const output = f.let('output', a.mul(f.get('output'), a.silu(f.get('gate'))))
  cache?.replace(name, 'recurrent', f.get('state'))
  const joined = f.let('joined', a.reshape(a.transpose(output, 0, 1), [batch, channels, tokens]))
  return f.returned(a.linear(`${name}.out_proj`, a.transpose(joined, 1, 2)))
}

const SCANNED = ['time step', 'B', 'C'] as const
