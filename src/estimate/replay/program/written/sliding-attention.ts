import type { SlidingAttention } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import { UndescribedBlock } from '../../undescribed-block.js'
import { globalOutput, globalPlaces, globalScores, globalValues } from './global-attention.js'
import { linearOfRows } from './linear-of-rows.js'
import { slidingProducts, slidingValues } from './sliding-chunks.js'
import type { WrittenRun } from './written-run.js'

/** `LongformerSelfAttention.forward` of `modeling_longformer.py` (transformers 4.57.6), up to the exchange of its output. */
export function slidingAttention(run: WrittenRun, block: SlidingAttention): Shaped {
  const { arrays: a, names: f, batch, named, given } = run
  const { heads, window, longest, dropout } = block
  const half = window / 2
  const [tokens = 1] = run.shape([{ paddedTo: longest }])
  if (tokens % window !== 0)
    throw new UndescribedBlock(
      `this text is padded to ${tokens} tokens, which a window of ${window} does not divide, so that its code stops: pass another \`sequenceLength\``,
    )
  const count = globalCount(run, block)
  const whole = [batch, tokens, heads] as const
  f.let('hidden', a.transpose(given('hidden', [batch, tokens, -1]), 0, 1))
  for (const name of ['query', 'key', 'value']) f.let(name, linearOfRows(a, named(name), f.get('hidden')))
  const apart = (name: string): Shaped =>
    f.let(name, a.transpose(a.reshape(f.get(name), [tokens, batch, heads, -1]), 0, 1))
  f.let('query', a.scaleInPlace(f.get('query')))
  apart('query')
  apart('key')
  f.let('scores', slidingProducts(a, f.get('query'), f.get('key'), half))
  const { dtype } = f.get('query')
  f.let('removed', a.make([batch, tokens, 1, 1], 'bool', 'ne'))
  const wide = a.make([batch, tokens, 1, 1], dtype, '_to_copy')
  f.let('mask', a.make([batch, tokens, 1, 1], dtype, 'masked_fill'))
  a.done(wide)
  const ones = a.make([batch, tokens, 1, 1], dtype, 'new_ones')
  f.let('diagonal', slidingProducts(a, { ...ones, isNamed: true }, f.get('mask'), half))
  a.done(ones)
  f.let('scores', a.addInto(f.get('scores'), f.get('diagonal'), [...whole, window + 1]))
  const seen = (scores: Shaped): Shaped => a.transpose(a.reshape(scores, [batch, heads, tokens, -1]), 1, 2)
  const places = count > 0 ? globalPlaces(run, f, tokens, count) : undefined
  if (places) {
    f.let('global', globalScores(a, f.get('query'), f.get('key'), places))
    f.let('scores', a.cat([f.get('global'), seen(f.get('scores'))], -1))
    f.delete('global')
  } else f.let('scores', seen(f.get('scores')))
  f.let('probs', a.wideSoftmax(f.get('scores')))
  f.let('probs', a.maskedFill(f.get('probs'), given('masked', [batch, tokens, 1, 1])))
  f.let('probs', a.to(f.get('probs'), f.get('scores').dtype))
  f.delete('scores')
  f.let('probs', run.dropped(dropout, f.get('probs')))
  apart('value')
  f.let(
    'output',
    places
      ? globalValues(a, f.get('probs'), f.get('value'), half, places)
      : slidingValues(a, f.get('probs'), f.get('value'), half),
  )
  f.let('output', a.contiguous(a.reshape(a.transpose(f.get('output'), 0, 1), [tokens, batch, -1])))
  if (places) {
    f.let('global', globalOutput(run, f.get('hidden'), places, block))
    const rows = a.index(f.get('global'), places.local, [batch * count, heads, f.get('global').layout.shape[3] ?? 1])
    f.let('rows', rows)
    f.let('output', a.putRows(f.get('output'), places.found, a.reshape(f.get('rows'), [batch * count, -1])))
    a.done(a.make([1], dtype, 'lift_fresh'))
  }
  return f.returned(f.get('output'))
}

/** The tokens of each sequence that all others see. */
function globalCount(run: WrittenRun, { global }: SlidingAttention): number {
  if (!global) return 0
  const { most, beside } = global
  const count = Math.min(most, run.tokens - beside)
  if (count < 1)
    throw new UndescribedBlock(`its texts have ${beside} separators: pass at least \`sequenceLength: ${beside + 1}\``)
  return count
}
