import type { DisentangledAttention } from '../../../../architecture/index.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import type { WrittenRun } from './written-run.js'

/** `DisentangledSelfAttention.forward` of `modeling_deberta_v2.py` (transformers 4.57.6). */
export function disentangledAttention(run: WrittenRun, block: DisentangledAttention): Shaped {
  const { arrays: a, names: f, batch, tokens, named, given } = run
  const { heads, span } = block
  const hidden = given('hidden', [batch, tokens, -1])
  const [query, key, value] = ['query_proj', 'key_proj', 'value_proj'].map((name) =>
    f.let(name, forScores(run, a.linear(named(name), hidden), heads)),
  )
  if (!query || !key || !value) throw new Error('there are three projections')
  f.let('scores', a.batched(query, a.scale(a.transpose(key, -1, -2))))
  if (span !== undefined) {
    f.let('rel', run.dropped(block.positionDropout, given('rel', [2 * span, -1])))
    const bias = f.let('bias', biasOf(run, block, f.get('rel'), query, key))
    f.let('scores', a.add(f.get('scores'), bias))
  }
  f.let('scores', a.reshape(f.get('scores'), [batch, heads, tokens, tokens]))
  const mask = a.make([batch, 1, tokens, tokens], 'bool', '_to_copy')
  f.let('mask', mask)
  const masked = f.let(
    'scores',
    a.maskedFill(f.get('scores'), a.make([batch, 1, tokens, tokens], 'bool', 'bitwise_not')),
  )
  const whole = f.let('weights', a.softmax(a.to(masked, a.layers.autocast ? 'float32' : masked.dtype)))
  const weights = f.let('weights', run.dropped(block.dropout, whole))
  f.let('context', a.batched(a.reshape(weights, [batch * heads, tokens, tokens]), value))
  const apart = a.permute(a.reshape(f.get('context'), [batch, heads, tokens, -1]), [0, 2, 1, 3])
  const context = f.let('context', a.contiguous(apart))
  return f.returned(a.reshape(context, [batch, tokens, -1]))
}

/** The scores of words and relative positions (`disentangled_attention_bias`). */
function biasOf(
  run: WrittenRun,
  { heads, toPositions, toContent, sharesProjections }: DisentangledAttention,
  rel: Shaped,
  query: Shaped,
  key: Shaped,
): Shaped {
  const { arrays: a, batch, tokens, named } = run
  const f = new Names(a.tape)
  const embeddings = () => a.unsqueeze(rel, 0)
  const positions = (name: string): Shaped =>
    f.let(name, a.repeat(forScores(run, a.linear(named(name), embeddings()), heads, 1), batch))
  const [queryName, keyName] = sharesProjections ? ['query_proj', 'key_proj'] : ['pos_query_proj', 'pos_key_proj']
  // Shared projections are computed in any case; nothing depends on those without a use.
  const project = (name: string, isUsed: boolean): void => {
    if (isUsed) positions(name)
    else if (sharesProjections) a.tape.withoutGradients(() => positions(name))
  }
  const [first, second] = [() => project(queryName, toContent), () => project(keyName, toPositions)]
  for (const one of sharesProjections ? [first, second] : [second, first]) one()
  const scores = (name: string, words: Shaped, places: string): Shaped => {
    f.let(`${name} places`, a.make([1, 1, tokens, tokens], 'int64', 'clamp'))
    const index = a.expand(a.squeeze(f.get(`${name} places`), 0), [batch * heads, tokens, tokens])
    f.let(name, a.batched(words, a.transpose(f.get(places), -1, -2)))
    return f.let(name, a.gather(f.get(name), index))
  }
  const sum = (scaled: Shaped): void => {
    // The first is added to 0, which makes a copy.
    f.let('sum', f.has('sum') ? a.addInPlace(f.get('sum'), scaled) : a.shift(scaled))
  }
  if (toPositions) sum(a.scale(scores('toPositions', query, keyName)))
  if (toContent) {
    const turned = a.transpose(scores('toContent', key, queryName), -1, -2)
    sum(a.scale(f.let('toContent', turned)))
  }
  return f.returned(f.get('sum'))
}

/** Each head's rows, in a copy (`transpose_for_scores`). */
function forScores({ arrays: a, batch, tokens }: WrittenRun, input: Shaped, heads: number, alone?: number): Shaped {
  const count = alone ?? batch
  const rows = alone === undefined ? tokens : (input.layout.shape[1] ?? 1)
  const apart = a.permute(a.reshape(input, [count, rows, heads, -1]), [0, 2, 1, 3])
  return a.reshape(a.contiguous(apart), [count * heads, rows, -1])
}
