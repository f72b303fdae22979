import type { TokensFirst } from '../../../../architecture/index.js'
import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import type { AttentionRun } from './attention-run.js'

/**
 * `QWenAttention.forward` of `modeling_qwen.py` (Qwen 1, the code with `scaled_dot_product_attention`): with flash-attn if it is installed and the
 * weights are in 16 bits, and otherwise torch's attention with a mask that each layer makes. Flash-attn also rotates.
 */
export function tokensFirst(run: AttentionRun, attention: TokensFirst, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim } = run
  if (run.kernel === 'eager')
    throw new UndescribedBlock(
      "Qwen's code has no eager attention with torch 2: pass `attention: 'flash'` for flash-attn, or 'efficient' for torch's own",
    )
  const width = heads * headDim
  const { usesFlash, rotatedFeatures, scaledBehind } = attention
  const isFlash = usesFlash && run.kernel === 'flash' && a.parameter(`${name}.c_attn.weight`).dtype !== 'float32'
  const all = f.let('all', a.linear(`${name}.c_attn`, input))
  const parts = a.split(all, [width, width, width])
  for (const [index, part] of parts.entries()) f.let(PARTS[index] ?? '', part)
  for (const part of PARTS) f.let(part, a.reshape(f.get(part), [batch, tokens, heads, headDim]))
  for (const part of ['query', 'key']) f.let(part, rotated(a, f.get(part), rotatedFeatures, isFlash))
  run.keptAsTheyAre(f.get('key'), f.get('value'))
  if (run.caches && scaledBehind !== undefined && tokens > scaledBehind) f.let('query', a.scale(f.get('query')))
  f.let('attended', isFlash ? withFlash(run) : withMask(run))
  const context = f.let('context', a.reshape(a.contiguous(f.get('attended')), [batch, tokens, width]))
  f.let('attended', a.linear(`${name}.c_proj`, context))
  return f.returned(f.get('attended'))
}

const PARTS = ['query', 'key', 'value'] as const

function withFlash({ arrays: a, names: f, attended }: AttentionRun): Shaped {
  const [query, key, value] = PARTS.map((part) => a.transpose(f.get(part), 1, 2))
  if (!query || !key || !value) throw new Error('there are three parts')
  return a.transpose(attended(query, key, value), 1, 2)
}

/** The mask is one for all sequences. */
function withMask({ arrays: a, names: f, tokens, attended }: AttentionRun): Shaped {
  f.let('mask', a.tril(a.make([1, 1, tokens, tokens], 'bool', 'ones')))
  for (const part of PARTS) f.let(part, a.permute(f.get(part), [0, 2, 1, 3]))
  return a.transpose(
    attended(f.get('query'), f.get('key'), f.get('value'), { kernel: 'efficient', isMasked: true }),
    1,
    2,
  )
}

/** `apply_rotary_pos_emb`: in float32, by tables that the model keeps. */
function rotated(a: GroupedArrays, input: Shaped, features: number, isFused: boolean): Shaped {
  const f = new Names(a.tape)
  const whole = f.let('whole', a.to(input, 'float32'))
  const passing = (input.layout.shape.at(-1) ?? features) - features
  f.let('rotating', a.slice(whole, -1, features))
  f.let('passing', a.slice(whole, -1, passing))
  if (isFused) return f.returned(a.to(a.unary(whole, 'apply_rotary', 'nothing'), input.dtype))
  const tokens = input.layout.shape[1] ?? 1
  const table = a.constant([1, tokens, 1, features], 'float32')
  const straight = a.mul(f.get('rotating'), table)
  f.let('rotating', a.add(straight, a.mul(turned(a, f.get('rotating')), table)))
  return f.returned(a.to(a.cat([f.get('rotating'), f.get('passing')], -1), input.dtype))
}

/** `_rotate_half` */
function turned(a: GroupedArrays, input: Shaped): Shaped {
  const f = new Names(a.tape)
  const { shape } = input.layout
  const half = (shape.at(-1) ?? 2) / 2
  const pairs = f.let('pairs', a.reshape(input, [...shape.slice(0, -1), 2, half]))
  for (const [index, part] of a.split(pairs, [1, 1], -2).entries()) f.let(`half ${index}`, a.squeeze(part, -2))
  return f.returned(a.cat([a.neg(f.get('half 1')), f.get('half 0')], -1))
}
