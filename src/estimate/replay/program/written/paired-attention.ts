import type { Count, PairedAttention } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { keptArray } from '../../attention/key-value-cache.js'
import { softmax } from '../../attention/softmax.js'
import { fusedKernel } from './fused-kernel.js'
import type { WrittenRun } from './written-run.js'

/** `MoonshineAttention.forward` of `modeling_moonshine.py` (transformers 4.57.6). */
export function pairedAttention(run: WrittenRun, block: PairedAttention): Shaped {
  const { batch } = run
  const [queries, keys] = [sizeOf(run, block.queries), sizeOf(run, block.keys)]
  const hidden = run.given('hidden', [batch, queries, -1])
  return attendedIn(run, '', block, hidden, block.isCross ? run.given('source', [batch, keys, -1]) : hidden)
}

/** The same for a module below that of the steps, on hidden states of its own. */
export function attendedIn(
  run: WrittenRun,
  module: string,
  block: Omit<PairedAttention, 'kind'>,
  hidden: Shaped,
  source: Shaped,
): Shaped {
  const { arrays: a, batch } = run
  const { heads, isCross, padded, caches } = block
  const f = new Names(a.tape)
  const named = (name: string): string => run.named(module === '' ? name : `${module}.${name}`)
  const headed = (name: string, of: Shaped): Shaped =>
    a.transpose(a.reshape(a.linear(named(name), of), [batch, -1, heads, block.headDim]), 1, 2)
  f.let('query', headed('q_proj', hidden))
  f.let('key', headed('k_proj', source))
  f.let('value', headed('v_proj', source))
  if (!isCross) rotateBoth(run, block, f)
  if (caches && run.caches) {
    const copies = ['key', 'value'].map((name) => [name, keptArray(a, a, f.get(name))] as const)
    for (const [name, copy] of copies) f.let(name, copy)
  }
  const { headDim } = block
  const rest = padded ? (padded - (headDim % padded)) % padded : 0
  if (rest > 0) for (const name of ['query', 'key', 'value']) f.let(name, a.pad(f.get(name), -1, rest))
  f.let('out', run.isEager ? written(run, block, f) : fused(run, f))
  if (rest > 0) f.let('out', a.slice(f.get('out'), -1, headDim))
  f.let('out', a.contiguous(a.reshape(f.get('out'), [batch, sizeOf(run, block.queries), -1])))
  f.let('out', a.linear(named('o_proj'), f.get('out')))
  if (f.has('weights')) run.held(f.get('weights'))
  return f.returned(f.get('out'))
}

const sizeOf = (run: WrittenRun, count: Count): number => run.shape(count)[0] ?? 1

function fused(run: WrittenRun, f: Names): Shaped {
  const { arrays: a } = run
  const inner = new Names(a.tape)
  inner.let('out', fusedKernel(run, f.get('query'), f.get('key'), f.get('value')))
  inner.let('out', a.contiguous(a.transpose(inner.get('out'), 1, 2)))
  return inner.returned(inner.get('out'))
}

/** `eager_attention_forward`. The weights stay a variable of the attention, which returns them. */
function written(run: WrittenRun, { dropout, isCausal, queries }: Omit<PairedAttention, 'kind'>, f: Names): Shaped {
  const { arrays: a, batch } = run
  const inner = new Names(a.tape)
  const query = f.get('query')
  inner.let('weights', a.scale(a.matmul(query, a.transpose(f.get('key'), 2, 3))))
  if (isCausal) {
    const tokens = sizeOf(run, queries)
    inner.let('weights', a.add(inner.get('weights'), run.given('mask', [batch, 1, tokens, tokens])))
  }
  const scores = inner.get('weights')
  const wide = scores.dtype === 'float16' ? scores : a.to(scores, 'float32')
  const weights = a.plain(wide, wide.layout.shape, (tensor) => softmax(a.layers, tensor, 'float32'))
  inner.let('weights', a.to(weights, query.dtype))
  inner.let('weights', run.dropped(dropout, inner.get('weights')))
  inner.let('out', a.matmul(inner.get('weights'), f.get('value')))
  inner.let('out', a.contiguous(a.transpose(inner.get('out'), 1, 2)))
  f.let('weights', inner.get('weights'))
  return inner.returned(inner.get('out'))
}

/** `apply_rotary_pos_emb`: pairs of neighbours, with tables that each layer makes anew of half of the given ones. */
function rotateBoth(run: WrittenRun, { rotated, headDim, queries }: Omit<PairedAttention, 'kind'>, f: Names): void {
  const { arrays: a } = run
  const own = new Names(a.tape)
  for (const name of ['cos', 'sin']) own.let(name, a.unsqueeze(run.given(name, [1, sizeOf(run, queries), -1]), 1))
  for (const name of ['cos', 'sin']) own.let(name, a.repeatInterleave(a.slice(own.get(name), -1, rotated / 2), 2, 3))
  const both = ['query', 'key'] as const
  for (const name of both) {
    own.let(`${name} turning`, a.slice(f.get(name), -1, rotated))
    own.let(`${name} passing`, a.slice(f.get(name), -1, headDim - rotated))
  }
  for (const name of both) {
    const input = own.get(`${name} turning`)
    const straight = a.mul(input, own.get('cos'))
    own.let(`${name} turned`, a.add(straight, a.mul(halfTurned(run, input), own.get('sin'))))
  }
  for (const name of both) own.let(`${name} turned`, joined(run, own.get(`${name} turned`), own.get(`${name} passing`)))
  for (const name of both) f.let(name, own.get(`${name} turned`))
  own.free()
}

/** `rotate_half`: of each pair the second one, negative, and the first. */
function halfTurned({ arrays: a }: WrittenRun, input: Shaped): Shaped {
  const inner = new Names(a.tape)
  const half = (input.layout.shape.at(-1) ?? 2) / 2
  inner.let('first', a.slice(input, -1, half, 2))
  inner.let('second', a.slice(input, -1, half, 2))
  return inner.returned(a.reshape(a.stack([a.neg(inner.get('second')), inner.get('first')]), input.layout.shape))
}

/** A concatenation, whose parts autocast casts to the widest of them first (`AUTOCAST_PROMOTE` of torch's autocast_mode.h). */
function joined({ arrays: a }: WrittenRun, turned: Shaped, passing: Shaped): Shaped {
  const isWide = a.layers.autocast && turned.dtype === 'float32'
  return a.cat([turned, isWide ? a.to(passing, 'float32') : passing], -1)
}
