import type { CachedTables } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { rotatedByHalves } from '../rotate-arrays.js'
import type { AttentionRun } from './attention-run.js'
import { eagerAttention, repeatedHeads } from './scores.js'

/** `MiniCPMAttention.forward` and `MiniCPMSdpaAttention.forward` of `modeling_minicpm.py` (MiniCPM 1, as FlagEmbedding 1.4.2 has it). */
export function cachedTables(run: AttentionRun, _: CachedTables, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim, cached, isEager } = run
  for (const part of PARTS) f.let(part, a.linear(`${name}.${part}_proj`, input))
  for (const part of PARTS) f.let(part, a.transpose(a.reshape(f.get(part), [batch, tokens, -1, headDim]), 1, 2))
  // The tables are buffers in float32. The code of the kernel casts the rows that it needs to the dtype of the values.
  const { dtype } = f.get('v')
  for (const table of TABLES) {
    const rows = a.constant([tokens, headDim], 'float32')
    f.let(table, isEager ? rows : a.to(rows, dtype))
  }
  rotate(run)
  const [keys, values] = [cached(f.get('k')), cached(f.get('v'))]
  f.let('k', keys)
  f.let('v', values)
  for (const part of ['k', 'v']) f.let(part, repeatedHeads(run, f.get(part)))
  const attend = isEager ? (...all: [Shaped, Shaped, Shaped]) => eagerAttention(run, ...all) : run.attended
  f.let('output', attend(f.get('q'), f.get('k'), f.get('v')))
  f.let('output', a.contiguous(a.transpose(f.get('output'), 1, 2)))
  f.let('output', a.reshape(f.get('output'), [batch, tokens, heads * headDim]))
  return f.returned(a.linear(`${name}.o_proj`, f.get('output')))
}

const PARTS = ['q', 'k', 'v'] as const
const TABLES = ['cos', 'sin'] as const

/** Rotates queries and keys in float32, by rows of the tables that are looked up for the positions (`apply_rotary_pos_emb`). */
function rotate({ arrays: a, names: f, tokens, headDim }: AttentionRun): void {
  const own = new Names(a.tape)
  for (const table of TABLES) own.let(table, a.make([1, 1, tokens, headDim], f.get(table).dtype, 'index'))
  for (const part of ['q', 'k']) own.let(part, a.to(f.get(part), 'float32'))
  for (const part of ['q', 'k'])
    own.let(`${part} embedded`, rotatedByHalves(a, own.get(part), own.get('cos'), own.get('sin')))
  const rotated = ['q', 'k'].map((part) => [part, a.to(own.get(`${part} embedded`), f.get(part).dtype)] as const)
  // Weights in float32 need no cast back: then the names of the function are what it returns.
  for (const [part, array] of rotated) f.let(part, array)
  own.free()
}
