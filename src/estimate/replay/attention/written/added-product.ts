import type { AddedProduct } from '../../../../architecture/index.js'
import { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { contiguous } from '../../arrays/layout.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { AttentionRun } from './attention-run.js'

/** `GPTNeoXJapaneseAttention.forward` of `modeling_gpt_neox_japanese.py` (transformers 4.57.6), with the bias that the last layer adds. */
export function addedProduct(run: AttentionRun, { rotatedFeatures }: AddedProduct, input: Shaped): Shaped {
  const { arrays: a, names: f, name, batch, tokens, heads, headDim, cached } = run
  f.let('all', a.linear(`${name}.query_key_value`, input))
  const all = f.let('all', a.reshape(f.get('all'), [batch, tokens, heads, 3 * headDim]))
  for (const part of ['query', 'key', 'value']) f.let(part, a.permute(a.slice(all, -1, headDim), [0, 2, 1, 3]))
  for (const part of ['query', 'key']) {
    f.let(`${part} rotating`, a.slice(f.get(part), -1, rotatedFeatures))
    f.let(`${part} passing`, a.slice(f.get(part), -1, headDim - rotatedFeatures))
  }
  const own = new Names(a.tape)
  for (const part of ['query', 'key']) own.let(part, f.get(`${part} rotating`))
  run.rotate(own, ['query', 'key'])
  for (const part of ['query', 'key']) f.let(part, own.get(part))
  own.free()
  for (const part of ['query', 'key']) f.let(part, a.contiguous(a.cat([f.get(part), f.get(`${part} passing`)], -1)))
  if (run.caches) {
    const [keys, values] = [cached(f.get('key')), cached(f.get('value'))]
    f.let('key', keys)
    f.let('value', values)
  }
  const output = f.let('output', weighted(run, f.get('query'), f.get('key'), f.get('value')))
  const merged = a.contiguous(a.permute(output, [0, 2, 1, 3]))
  f.let('output', a.reshape(merged, [batch, tokens, heads * headDim]))
  f.let('output', a.linear(`${name}.dense`, f.get('output')))
  const whole = f.returned(f.get('output'))
  return a.has(`${name}.dense_bias`) ? a.add(whole, a.parameter(`${name}.dense_bias`)) : whole
}

/** Eager attention (`_attn`). */
function weighted(run: AttentionRun, query: Shaped, key: Shaped, value: Shaped): Shaped {
  const { batch, tokens, heads, headDim, mask, keep } = run
  const a = new AddingArrays(run.arrays.layers)
  const f = new Names(a.tape)
  for (const [part, array] of [
    ['query', query],
    ['key', key],
  ] as const)
    f.let(part, a.reshape(array, [batch * heads, tokens, headDim]))
  const zeros = f.let('zeros', a.make([batch * heads, tokens, tokens], query.dtype, 'zeros'))
  f.let('scores', a.addedProduct(zeros, f.get('query'), a.transpose(f.get('key'), 1, 2)))
  f.let('scores', a.reshape(f.get('scores'), [batch, heads, tokens, tokens]))
  const scores = f.let('scores', a.add(f.get('scores'), mask))
  f.let('weights', a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores))
  f.let('weights', run.dropped('attention', f.get('weights')))
  const weights = f.let('weights', a.to(f.get('weights'), value.dtype))
  const output = a.matmul(weights, value)
  keep(weights)
  return f.returned(output)
}

/** Arrays with `baddbmm`. */
export class AddingArrays extends GroupedArrays {
  /** A sum with a batched product that is multiplied by a number (`baddbmm`): each gradient is a product, which is multiplied then. */
  addedProduct(into: Shaped, left: Shaped, right: Shaped): Shaped {
    const { half, autocast } = this.layers
    const [sum, one, other] = [into, left, right].map((input) => (autocast ? this.to(input, half) : input))
    if (!sum || !one || !other) throw new Error('there are three arrays')
    const scaled =
      ({ layout, dtype }: Shaped) =>
      (): Shaped => {
        const product = this.fresh(contiguous(layout.shape), dtype, 'bmm')
        const made = this.fresh(contiguous(layout.shape), dtype, 'mul')
        this.done(product)
        return made
      }
    return this.record({
      inputs: [sum, one, other],
      saves: [...(other.grad ? [one] : []), ...(one.grad ? [other] : [])],
      make: () => this.fresh(contiguous(sum.layout.shape), sum.dtype, 'baddbmm'),
      derivatives: [undefined, scaled(one), scaled(other)],
    })
  }
}
