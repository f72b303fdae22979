import type { BlockSparseAttention } from '../../../../architecture/index.js'
import { einsum } from '../../arrays/einsum.js'
import { Names } from '../../arrays/names.js'
import type { Shaped } from '../../arrays/shaped.js'
import { BlockScores } from './block-scores.js'
import type { WrittenRun } from './written-run.js'

/** `BigBirdBlockSparseAttention.forward` of `modeling_big_bird.py` (transformers 4.57.6). */
export function blockSparseAttention(run: WrittenRun, block: BlockSparseAttention): Shaped {
  const { arrays: a, names: f, batch, named, given } = run
  const { heads, size } = block
  const [tokens = 1] = run.shape([{ paddedTo: size }])
  const hidden = given('hidden', [batch, tokens, -1])
  for (const name of ['query', 'key', 'value'])
    f.let(name, a.transpose(a.reshape(a.linear(named(name), hidden), [batch, tokens, heads, -1]), 1, 2))
  const context = attended(run, block, tokens)
  const apart = f.let('context', a.contiguous(context))
  return f.returned(a.reshape(apart, [batch, tokens, -1]))
}

/** `bigbird_block_sparse_attention`: of `[batch, tokens, heads, size]`. */
function attended(run: WrittenRun, { heads, size, random }: BlockSparseAttention, tokens: number): Shaped {
  const { arrays: a, names: outer, batch, given } = run
  const f = new Names(a.tape)
  const blocks = tokens / size
  const middle = blocks - 4
  const places = f.let('places', randomPlaces(run, [batch, heads, blocks - 2, random]))
  f.let('random mask', randomMask(run, [batch, heads, blocks - 2, random], size))
  for (const name of ['query', 'key', 'value'])
    f.let(`${name} blocks`, a.reshape(outer.get(name), [batch, heads, blocks, size, -1]))
  for (const name of ['key', 'value']) f.let(`random ${name}`, gathered(run, f.get(`${name} blocks`), places, random))
  const { dtype } = given('columns', [batch, 1, 1, tokens])
  const scores = new BlockScores(a, f, { batch, heads, size, random, dtype })
  scores.whole('first', outer.get('key'), outer.get('value'), tokens)
  scores.beside('second')
  for (const name of ['key', 'value']) {
    const around = [0, 1, 2].map(() => a.slice(f.get(`${name} blocks`), 2, middle))
    f.let(`around ${name}`, a.cat(around, 3))
  }
  f.let('middle', a.slice(f.get('query blocks'), 2, middle))
  const part = (name: string, product: Shaped): void => {
    f.let(name, product)
    f.let(name, a.scale(f.get(name)))
  }
  part('band', scores.product(f.get('middle'), f.get('around key')))
  part('random', scores.product(f.get('middle'), a.slice(f.get('random key'), 2, middle)))
  for (const name of ['start', 'end'])
    part(name, einsum(a, 'bhlqd,bhkd->bhlqk', f.get('middle'), a.select(f.get('key blocks'), 2)))
  scores.penalise('band', [batch, 1, middle, size, 3 * size])
  for (const name of ['start', 'end']) scores.penalise(name, [batch, 1, 1, 1, size])
  scores.penalise('random', [batch, heads, middle, size, random * size], 'float32')
  f.let(
    'scores',
    a.cat(
      ['start', 'band', 'random', 'end'].map((name) => f.get(name)),
      -1,
    ),
  )
  f.let('weights', scores.softmax(f.get('scores')))
  const weights = (count: number): Shaped => a.slice(f.get('weights'), 4, count * size)
  const shape = [batch, heads, middle, size]
  const value = (): Shaped => f.get('around value')
  const add = (values: Shaped): Shaped => f.let('context', a.addInto(f.get('context'), values, values.layout.shape))
  f.let('context', scores.combined(weights(3), value()))
  add(a.reshape(scores.combined(weights(random), a.slice(f.get('random value'), 2, middle)), [...shape, -1]))
  for (const _ of ['start', 'end']) add(einsum(a, 'bhlqk,bhkd->bhlqd', weights(1), a.select(f.get('value blocks'), 2)))
  scores.beside('second last')
  scores.whole('last', outer.get('key'), outer.get('value'), tokens)
  const ends = (name: string): Shaped => a.reshape(f.get(`${name} context`), [batch, heads, 1, size, -1])
  const all = [
    ends('first'),
    ends('second'),
    a.reshape(f.get('context'), [...shape, -1]),
    ends('second last'),
    ends('last'),
  ]
  f.let('context', a.cat(all, 2))
  const whole = a.reshape(f.get('context'), [batch, heads, tokens, -1])
  f.let('context', a.mul(whole, given('rows', [batch, 1, tokens, 1])))
  return f.returned(a.transpose(f.get('context'), 1, 2))
}

/** The random blocks of each block, which numpy chooses. */
function randomPlaces({ arrays: a }: WrittenRun, shape: readonly number[]): Shaped {
  const ofOne = a.make(shape.slice(1), 'int64', '_to_copy')
  const all = a.make(shape, 'int64', 'cat')
  a.done(ofOne)
  return all
}

/** `_create_rand_mask_from_inputs` */
function randomMask(
  { arrays: a }: WrittenRun,
  [batch = 1, heads = 1, blocks = 1, random = 1]: readonly number[],
  size: number,
): Shaped {
  const rows = heads * blocks * random
  const ofEach = Array.from({ length: batch }, () => a.make([rows, size], 'float32', 'index'))
  const whole = a.make([batch, rows, size], 'float32', 'stack')
  a.done(...ofEach)
  const mask = a.make([batch, heads, blocks, size, random * size], 'float32', 'mul')
  a.done(whole)
  return mask
}

/** Blocks by their places (`torch_gather_b2`), next to each other. */
function gathered({ arrays: a }: WrittenRun, blocks: Shaped, { elements }: Shaped, random: number): Shaped {
  const f = new Names(a.tape)
  const [batch = 1, heads = 1, count = 1, size = 1, features = 1] = blocks.layout.shape
  const numbers = (name: string): Shaped => a.make([elements], 'int64', name)
  f.let('shift', numbers('arange'))
  const quotient = numbers('div')
  f.let('shifts', numbers('mul'))
  a.done(quotient)
  f.let('indices', numbers('add'))
  f.let('blocks', a.reshape(blocks, [batch * heads * count, size, features]))
  f.let('found', a.indexSelect(f.get('blocks'), 0, f.get('indices')))
  return f.returned(a.reshape(f.get('found'), [batch, heads, count - 2, random * size, features]))
}
