import type { LandmarkAttention } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import type { WrittenRun } from './written-run.js'

/** `NystromformerSelfAttention.forward` of `modeling_nystromformer.py` (transformers 4.57.6). */
export function landmarkAttention(run: WrittenRun, { heads, segments, isConvolved }: LandmarkAttention): Shaped {
  const { arrays: a, names: f, batch, tokens, named, given } = run
  const hidden = given('hidden', [batch, tokens, -1])
  for (const name of ['query', 'key', 'value'])
    f.let(name, a.transpose(a.reshape(a.linear(named(name), hidden), [batch, tokens, heads, -1]), 1, 2))
  for (const name of ['query', 'key']) f.let(name, a.scale(f.get(name)))
  if (segments) approximate(run, segments, heads)
  else {
    f.let('scores', a.matmul(f.get('query'), a.transpose(f.get('key'), -1, -2)))
    f.let('scores', a.add(f.get('scores'), given('mask', [batch, 1, 1, tokens])))
    f.let('weights', softmax(run, f.get('scores')))
    f.let('context', a.matmul(f.get('weights'), f.get('value')))
  }
  if (isConvolved) {
    const value = f.get('value')
    const convolved = a.plain(value, value.layout.shape, (input) =>
      a.layers.convolution(named('conv'), input, input.elements),
    )
    f.let('context', a.addInPlace(f.get('context'), convolved))
  }
  const context = f.let('context', a.contiguous(a.permute(f.get('context'), [0, 2, 1, 3])))
  return f.returned(a.reshape(context, [batch, tokens, -1]))
}

/** Attention by way of the means of segments of queries and keys. */
function approximate(
  run: WrittenRun,
  { count, tokens: whole }: NonNullable<LandmarkAttention['segments']>,
  heads: number,
): void {
  const { arrays: a, names: f, batch, tokens, given } = run
  const query = f.get('query')
  if (tokens !== whole)
    throw new UndescribedBlock(`it reads texts of ${whole} tokens alone: pass \`sequenceLength: ${whole}\``)
  if (query.dtype !== 'float32' && !a.layers.autocast)
    throw new UndescribedBlock(
      "its inverse multiplies float32 by 16 bits, which torch refuses: pass `precision: 'float32'` or `method: 'full-mixed'`",
    )
  for (const name of ['query', 'key']) {
    const segments = a.reshape(f.get(name), [batch, heads, count, whole / count, -1])
    f.let(`${name}s`, a.meanOver(segments, 3))
  }
  const keys = (): Shaped => a.transpose(f.get('keys'), -1, -2)
  f.let('first', softmax(run, a.matmul(query, keys())))
  f.let('second', softmax(run, a.matmul(f.get('querys'), keys())))
  f.let('scores', a.matmul(f.get('querys'), a.transpose(f.get('key'), -1, -2)))
  f.let('scores', a.add(f.get('scores'), given('mask', [batch, 1, 1, tokens])))
  f.let('third', softmax(run, f.get('scores')))
  f.let('weights', a.matmul(f.get('first'), inverse(run, f.get('second'))))
  f.let('values', a.matmul(f.get('third'), f.get('value')))
  f.let('context', a.matmul(f.get('weights'), f.get('values')))
}

/** The inverse of a square of weights, in six steps (`iterative_inv`). */
function inverse({ arrays: a }: WrittenRun, square: Shaped): Shaped {
  const f = new Names(a.tape)
  const size = square.layout.shape.at(-1) ?? 1
  const identity = (): Shaped => a.make([size, size], 'float32', 'mul')
  f.let('identity', a.make([size, size], 'float32', 'eye'))
  const factor = a.scale(a.unary(a.max(a.sum(square, [-2])), 'reciprocal', 'output'))
  f.let('value', a.mul(factor, a.transpose(square, -1, -2)))
  for (let step = 0; step < 6; step += 1) {
    const product = f.let('product', a.matmul(square, f.get('value')))
    const quarter = a.scale(f.get('value'))
    const [outer, middle, inner] = [identity(), identity(), identity()]
    const first = a.sub(middle, a.matmul(product, a.sub(inner, product)))
    f.let('value', a.matmul(quarter, a.sub(outer, a.matmul(product, first))))
  }
  return f.returned(f.get('value'))
}

const softmax = ({ arrays: a }: WrittenRun, scores: Shaped): Shaped =>
  a.softmax(a.layers.autocast ? a.to(scores, 'float32') : scores)
