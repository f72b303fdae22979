import type { JointDisentangledAttention } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `DisentangledSelfAttention.forward` of `modeling_deberta.py` (transformers 4.57.6). */
export function jointDisentangledAttention(run: WrittenRun, block: JointDisentangledAttention): Shaped {
  const { arrays: a, names: f, batch, tokens, named, given } = run
  const { heads, span } = block
  const hidden = given('hidden', [batch, tokens, -1])
  f.let('all', a.linear(named('in_proj'), hidden))
  const parts = a.split(apart(run, f.get('all'), heads), thirds(f.get('all'), heads))
  for (const [index, name] of ['query', 'key', 'value'].entries()) {
    const part = parts[index]
    if (part) f.let(name, part)
  }
  for (const [name, bias] of [
    ['query', 'q_bias'],
    ['value', 'v_bias'],
  ] as const) {
    const row = apart(run, a.reshape(a.parameter(named(bias)), [1, 1, -1]), heads)
    f.let(name, a.add(f.get(name), row))
  }
  f.let('query', a.scale(f.get('query')))
  f.let('scores', a.matmul(f.get('query'), a.transpose(f.get('key'), -1, -2)))
  if (span === undefined) f.let('scores', a.shift(f.get('scores')))
  else {
    f.let('rel', run.dropped(block.positionDropout, given('rel', [2 * span, -1])))
    f.let('bias', biasOf(run, { ...block, span }))
    f.let('scores', a.add(f.get('scores'), f.get('bias')))
  }
  const mixed = (name: string, module: string): void => {
    if (!block.talks) return
    const inLast = a.permute(f.get(name), [0, 2, 3, 1])
    f.let(name, a.permute(a.linear(named(module), inLast), [0, 3, 1, 2]))
  }
  mixed('scores', 'head_logits_proj')
  f.let('mask', a.make([batch, 1, tokens, tokens], 'bool', '_to_copy'))
  const isPadding = a.make([batch, 1, tokens, tokens], 'bool', 'bitwise_not')
  const masked = f.let('scores', a.maskedFill(f.get('scores'), isPadding))
  f.let('weights', a.softmax(a.to(masked, a.layers.autocast ? 'float32' : masked.dtype)))
  f.let('weights', run.dropped(block.dropout, f.get('weights')))
  mixed('weights', 'head_weights_proj')
  f.let('context', a.matmul(f.get('weights'), f.get('value')))
  const context = f.let('context', a.contiguous(a.permute(f.get('context'), [0, 2, 1, 3])))
  return f.returned(a.reshape(context, [batch, tokens, -1]))
}

/** The scores of words and relative positions (`disentangled_att_bias`). */
function biasOf(
  run: WrittenRun,
  { heads, toPositions, toContent, span: most }: JointDisentangledAttention & { readonly span: number },
): Shaped {
  const { arrays: a, names: outer, batch, tokens, named } = run
  const f = new Names(a.tape)
  const span = Math.min(tokens, most)
  f.let('rel', a.unsqueeze(a.slice(outer.get('rel'), 0, 2 * span), 0))
  const squares = [batch, heads, tokens, tokens]
  const scores = (name: string, words: Shaped, placed?: () => Shaped): Shaped => {
    const rows = a.transpose(f.get(`${name} rows`), -1, -2)
    f.let(name, a.matmul(words, a.expand(rows, [batch, ...rows.layout.shape.slice(1)])))
    if (placed) f.let(`${name} places`, clamped(placed()))
    return f.let(name, a.gather(f.get(name), a.expand(f.get(`${name} places`), squares)))
  }
  const sum = (part: Shaped): void => {
    // The first is added to 0, which makes a copy.
    f.let('sum', f.has('sum') ? a.addInPlace(f.get('sum'), part) : a.shift(part))
  }
  const clamped = (sum: Shaped): Shaped => {
    const made = a.make(sum.layout.shape, 'int64', 'clamp')
    a.done(sum)
    return made
  }
  if (toPositions) {
    f.let('c2p rows', apart(run, a.linear(named('pos_proj'), f.get('rel')), heads))
    sum(scores('c2p', outer.get('query'), () => sumOfPlaces(run)))
  }
  if (toContent) {
    const rows = apart(run, a.linear(named('pos_q_proj'), f.get('rel')), heads)
    f.let('p2c rows', rows)
    f.let('p2c rows', a.scaleViewInPlace(f.get('p2c rows')))
    const turned = a.make([1, 1, tokens, tokens], 'int64', 'neg')
    const places = sumOfPlaces(run)
    a.done(turned)
    f.let('p2c places', clamped(places))
    f.let('p2c', a.transpose(scores('p2c', outer.get('key')), -1, -2))
    sum(f.get('p2c'))
  }
  return f.returned(f.get('sum'))
}

/** Relative positions with half of the span added. */
const sumOfPlaces = ({ arrays: a, tokens }: WrittenRun): Shaped => a.make([1, 1, tokens, tokens], 'int64', 'add')

/** The features of each head apart (`transpose_for_scores`). */
function apart({ arrays: a }: WrittenRun, input: Shaped, heads: number): Shaped {
  const [batch = 1, rows = 1] = input.layout.shape
  return a.permute(a.reshape(input, [batch, rows, heads, -1]), [0, 2, 1, 3])
}

/** The sizes of queries, keys and values in the features of a head. */
function thirds({ layout }: Shaped, heads: number): number[] {
  const size = (layout.shape.at(-1) ?? 1) / heads / 3
  return [size, size, size]
}
