import type { ChunkedSound } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `Gemma4AudioAttention.forward` of `modeling_gemma4.py` (transformers 5.24). */
export function chunkedSound(run: WrittenRun, block: ChunkedSound): Shaped {
  const { arrays: a, names: f, batch, named, given, held } = run
  const { heads, steps, chunk, past, future, distances, isClipped } = block
  const hidden = given('hidden', [batch, steps, -1])
  const { dtype } = hidden
  const size = hidden.layout.shape[2] ?? 1
  const headDim = size / heads
  const chunks = Math.ceil(steps / chunk)
  const context = chunk + past + future
  const linear = (name: string, input: Shaped): Shaped => {
    const module = named(`${name}.linear`)
    return isClipped ? a.clamp(a.linear(module, a.clamp(input))) : a.linear(module, input)
  }
  const wide = (name: string): Shaped =>
    a.reshape(a.to(linear(name, hidden), 'float32'), [batch, steps, heads, headDim])
  const inContext = (name: string): Shaped => {
    const padded = a.pad(f.get(name), 1, past + future + chunk - 1)
    return a.rearranged(padded, [batch, chunks, context, heads, headDim], 'unfold')
  }

  f.let('query', wide('q_proj'))
  f.let('key', wide('k_proj'))
  f.let('value', wide('v_proj'))
  f.let('query', a.mul(a.scale(f.get('query')), a.softplus(a.parameter(named('per_dim_scale')))))
  f.let('key', a.scale(f.get('key')))
  f.let('query', a.pad(f.get('query'), 1, chunks * chunk - steps))
  f.let('query', a.reshape(f.get('query'), [batch, chunks, chunk, heads, headDim]))
  f.let('key', inContext('key'))
  f.let('value', inContext('value'))

  const places = given('places', [distances, size])
  f.let('relative', a.reshape(a.linear(named('relative_k_proj'), places), [distances, heads, headDim]))
  f.let('relative', a.to(f.get('relative'), 'float32'))

  f.let('queries', a.permute(f.get('query'), [0, 3, 1, 2, 4]))
  f.let('content', a.matmul(f.get('queries'), a.permute(f.get('key'), [0, 3, 1, 4, 2])))
  f.let('flat', a.reshape(f.get('queries'), [batch, heads, chunks * chunk, headDim]))
  const turned = a.permute(f.get('relative'), [1, 2, 0])
  f.let('distance', a.matmul(f.get('flat'), a.expand(a.unsqueeze(turned, 0), [batch, heads, headDim, distances])))
  f.let('distance', a.reshape(f.get('distance'), [batch, heads, chunks, chunk, distances]))
  f.let('distance', shifted(run, block, f.get('distance'), { chunks, context }))

  f.let('weights', a.add(f.get('content'), f.get('distance')))
  f.let('weights', a.scale(f.get('weights')))
  f.let('weights', a.unary(f.get('weights'), 'tanh', 'output'))
  f.let('weights', a.scale(f.get('weights')))
  f.let('weights', a.maskedFill(f.get('weights'), a.make([batch, 1, chunks, chunk, context], 'bool', 'ne')))
  f.let('weights', a.softmax(a.to(f.get('weights'), 'float32')))
  f.let('out', a.matmul(f.get('weights'), a.permute(f.get('value'), [0, 3, 1, 2, 4])))
  f.let('out', a.reshape(a.permute(f.get('out'), [0, 2, 3, 1, 4]), [batch, chunks * chunk, size]))
  f.let('out', a.contiguous(a.slice(f.get('out'), 1, steps)))
  f.let('out', linear('post', a.to(f.get('out'), dtype)))
  held(f.get('weights'))
  return f.returned(f.get('out'))
}

/** Products of each distance as those of each step in the context (`_rel_shift`). */
function shifted(
  { arrays: a, names: f, batch }: WrittenRun,
  { heads, chunk, distances }: ChunkedSound,
  products: Shaped,
  { chunks, context }: { readonly chunks: number; readonly context: number },
): Shaped {
  f.let('x', a.pad(products, -1, context + 1 - distances))
  f.let('x', a.reshape(f.get('x'), [batch, heads, chunks, chunk * (context + 1)]))
  f.let('x', a.slice(f.get('x'), -1, chunk * context))
  const made = a.reshape(f.get('x'), [batch, heads, chunks, chunk, context])
  f.delete('x')
  return made
}
