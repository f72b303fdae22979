import { einsum } from '../../arrays/einsum.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenArrays } from '../../arrays/written-arrays.js'

/**
 * The scores of each token for those around it, by chunks that overlap by half (`_sliding_chunks_query_key_matmul` of Longformer): of `[batch *
 * heads, chunks, half, window + 1]`.
 */
export function slidingProducts(a: WrittenArrays, query: Shaped, key: Shaped, half: number): Shaped {
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1, heads = 1, size = 1] = query.layout.shape
  const rows = batch * heads
  const columns = 2 * half + 1
  const chunks = tokens / half - 1
  f.let('query', a.reshape(a.transpose(query, 1, 2), [rows, tokens, size]))
  f.let('key', a.reshape(a.transpose(key, 1, 2), [rows, tokens, size]))
  f.let('query', chunked(a, f.get('query'), half))
  f.let('key', chunked(a, f.get('key'), half))
  f.let('products', einsum(a, 'bcxd,bcyd->bcxy', f.get('query'), f.get('key')))
  f.let('products', a.reshape(a.pad(f.get('products'), 2, 1), [rows, chunks, 2 * half, columns]))
  f.let('scores', a.make([rows, chunks + 1, half, columns], f.get('products').dtype, 'new_zeros'))
  const put = (value: Shaped): Shaped => f.let('scores', a.assign(f.get('scores'), value))
  const products = (): Shaped => f.get('products')
  put(a.slice(a.slice(products(), 2, half), 3, half + 1))
  put(a.slice(a.slice(a.select(products(), 1), 1, half), 2, half + 1))
  put(a.slice(a.slice(products(), 2, half), 3, half))
  put(a.slice(a.slice(a.select(products(), 1), 1, half - 1), 2, half - 1))
  maskEnds(a, f, [batch, heads, tokens, half])
  return f.returned(f.get('scores'))
}

/** The places before the first token and behind the last one get a number (`_mask_invalid_locations`). */
function maskEnds(
  a: WrittenArrays,
  f: Names,
  [batch, heads, tokens, half]: readonly [batch: number, heads: number, tokens: number, half: number],
): void {
  const own = new Names(a.tape)
  const { dtype } = f.get('scores')
  const ones = a.make([half, half + 1], dtype, 'new_ones')
  const lower = a.make([half, half + 1], dtype, 'tril')
  a.done(ones)
  own.let('first', a.make([half, half + 1], dtype, 'flip'))
  a.done(lower)
  own.let('last', a.make([half, half + 1], dtype, 'flip'))
  for (const _ of ['first', 'last']) {
    const seen = a.transpose(a.reshape(f.get('scores'), [batch, heads, tokens, -1]), 1, 2)
    const end = own.let('end', a.slice(a.slice(seen, 1, half), 3, half + 1))
    const { shape } = end.layout
    const number = a.make(shape, dtype, 'full_like')
    f.let('scores', a.assign(f.get('scores'), a.outside(end, a.make(shape, 'bool', '_to_copy'), number)))
  }
  own.free()
}

/** Chunks of a window, each of which begins in the middle of the one before (`_chunk`). */
function chunked(a: WrittenArrays, input: Shaped, half: number): Shaped {
  const [rows = 1, tokens = 1, size = 1] = input.layout.shape
  const [row = 1, token = 1, feature = 1] = input.layout.strides
  const shape = [rows, tokens / half - 1, 2 * half, size]
  return a.overlapping(input, shape, [row, half * token, token, feature])
}

/** The values around each token, weighted (`_sliding_chunks_matmul_attn_probs_value`): of `[batch, tokens, heads, size]`. */
export function slidingValues(a: WrittenArrays, weights: Shaped, value: Shaped, half: number): Shaped {
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1, heads = 1, size = 1] = value.layout.shape
  const rows = batch * heads
  const chunks = tokens / half
  f.let('weights', a.reshape(a.transpose(weights, 1, 2), [rows, chunks, half, 2 * half + 1]))
  f.let('value', a.reshape(a.transpose(value, 1, 2), [rows, tokens, size]))
  f.let('padded', a.pad(f.get('value'), 1, 2 * half))
  const [row = 1, token = 1, feature = 1] = f.get('padded').layout.strides
  const around = a.overlapping(f.get('padded'), [rows, chunks, 3 * half, size], [row, half * token, token, feature])
  f.let('chunks', around)
  f.let('weights', diagonal(a, f.get('weights'), half))
  f.let('context', einsum(a, 'bcwd,bcdh->bcwh', f.get('weights'), f.get('chunks')))
  return f.returned(a.transpose(a.reshape(f.get('context'), [batch, heads, tokens, size]), 1, 2))
}

/** Each row one step further right than the one above (`_pad_and_diagonalize`). */
function diagonal(a: WrittenArrays, weights: Shaped, half: number): Shaped {
  const [rows = 1, chunks = 1] = weights.layout.shape
  const whole = half * (3 * half + 2)
  const flat = a.reshape(a.pad(weights, 3, half + 1), [rows, chunks, whole])
  const shorter = a.reshape(a.slice(flat, 2, whole - half), [rows, chunks, half, 3 * half + 1])
  return a.slice(shorter, 3, 3 * half)
}
