import { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import type { ComputeDtype } from '../dtype.js'
import { norm } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import type { OwnMask } from './own-mask.js'
import { rotatedByHalves } from './rotate-arrays.js'

/**
 * The blocks of keys that each token attends to, by the largest score of a key in each (`MiniMaxM3VLIndexer` of transformers 5.24).
 * Nothing of it reaches backward, but the scores have a graph until the blocks are chosen. The caller keeps the input.
 *
 * @param attending - the heads that the mask is for, and the dtype of their queries, which is that of the mask
 */
export function blockMask(
  run: DecoderRun,
  block: Named,
  input: Tensor,
  attending: { readonly heads: number; readonly dtype: ComputeDtype },
): OwnMask | undefined {
  const indexer = child(block, 'indexer')
  const { blocks } = run.forward.attention
  if (!indexer) return undefined
  if (!blocks) throw new UndescribedBlock(`no model for the indexer of ${block.name}`)
  // "'DynamicLayer' object has no attribute 'update_index'" (transformers 5.24): PEFT makes a cache for keys and values alone.
  if (run.prefixes)
    throw new RangeError(`PEFT 0.21.2 stops at the indexer of ${block.name} with prefixes: use prompt_tuning`)
  const a = new Arrays(run.layers)
  const shape = [run.options.batch, run.options.sequence, run.sizes.hiddenSize]
  const chosen = a.tape.unread(() => chosenBlocks(run, a, indexer, a.borrowed(input, shape)))
  const mask = a.tape.withoutGradients(() => maskOf(run, a, chosen.layout.shape, attending))
  return { held: [chosen], mask }
}

function chosenBlocks(run: DecoderRun, a: Arrays, indexer: Named, input: Shaped): Shaped {
  const { batch, sequence, cache } = run.options
  const { size, top } = run.forward.attention.blocks ?? { size: 1, top: 1 }
  const f = new Names(a.tape)
  const heads = headsOf(run, indexer)
  for (const [name, count] of [
    ['q', heads],
    ['k', 1],
  ] as const) {
    const features = (a.layers.weights.shapeNamed(`${indexer.name}.${name}_proj.weight`)[0] ?? 1) / count
    f.let(name, a.reshape(a.linear(`${indexer.name}.${name}_proj`, input), [batch, sequence, count, features]))
    f.let(name, a.transpose(normalised(run, a, indexer, `${name}_norm`, f.get(name)), 1, 2))
  }
  rotate(run, a, f)
  if (cache) a.tape.ledger.rebook(a.tape.alias(f.get('k')).storage, 'kvCache')
  const wide = [a.to(f.get('q'), 'float32'), a.to(f.get('k'), 'float32')] as const
  const pairs = [batch, heads, sequence, sequence]
  const { autocast, half } = run.layers
  const scores = a.matmul(
    wide[0],
    a.expand(a.transpose(wide[1], -1, -2), [batch, heads, wide[1].layout.shape[3] ?? 1, sequence]),
  )
  f.let('scores', scores)
  const count = Math.ceil(sequence / size)
  f.let('positions', a.make([sequence], 'int64', 'arange'))
  f.let('future', a.make([batch, 1, sequence, sequence], 'bool', 'gt'))
  const dtype = autocast ? half : 'float32'
  f.let('scores', a.make(pairs, dtype, 'masked_fill'))
  if (count * size > sequence) f.let('scores', a.make([batch, heads, sequence, count * size], dtype, 'constant_pad_nd'))
  f.let('block scores', a.make([batch, heads, sequence, count], dtype, 'amax'))
  const chosen = [batch, heads, sequence, Math.min(top, count)]
  const [values, indices] = [a.make(chosen, dtype, 'topk'), a.make(chosen, 'int64', 'topk')]
  f.let('values', values)
  f.let('indices', indices)
  return f.returned(a.make(chosen, 'int64', 'masked_fill'))
}

function headsOf(run: DecoderRun, indexer: Named): number {
  const rows = (name: string) => run.layers.weights.shapeNamed(`${indexer.name}.${name}.weight`)[0] ?? 1
  return rows('q_proj') / rows('k_proj')
}

function normalised(run: DecoderRun, a: Arrays, block: Named, name: string, input: Shaped): Shaped {
  const found = child(block, name)
  if (!found) throw new UndescribedBlock(`${block.name} has no ${name}`)
  return a.plain(input, input.layout.shape, (tensor) => norm(run, found, tensor))
}

/** Rotates the first features of queries and keys, as many as the tables have, and joins the others behind them. */
function rotate({ tables, forward, options }: DecoderRun, a: Arrays, f: Names): void {
  const { rotation } = forward
  if (!tables || !rotation) return
  const own = new Names(a.tape)
  const features = Math.min(rotation.features, f.get('q').layout.shape.at(-1) ?? 1)
  for (const [name, table] of [
    ['cos', tables.cos],
    ['sin', tables.sin],
  ] as const)
    own.let(name, a.slice(a.borrowed(table, [1, 1, options.sequence, rotation.features]), -1, features))
  for (const name of ['q', 'k']) {
    const given = f.get(name)
    own.let(
      `${name} rotated`,
      rotatedByHalves(a, own.let(`${name} part`, a.slice(given, -1, features)), own.get('cos'), own.get('sin')),
    )
  }
  for (const name of ['q', 'k']) {
    const given = f.get(name)
    const rest = a.slice(given, -1, (given.layout.shape.at(-1) ?? 1) - features)
    own.let(`${name} whole`, a.cat([own.get(`${name} rotated`), rest], -1))
  }
  for (const name of ['q', 'k']) f.let(name, own.get(`${name} whole`))
  own.free()
}

/** Zeros for what a token may see, the lowest number for the rest (`build_block_mask`). */
function maskOf(
  run: DecoderRun,
  a: Arrays,
  shape: readonly number[],
  { heads, dtype }: { readonly heads: number; readonly dtype: ComputeDtype },
): Tensor {
  const { size } = run.forward.attention.blocks ?? { size: 1 }
  const [batch = 1, groups = 1, sequence = 1] = shape
  const f = new Names(a.tape)
  f.let('safe', a.make(shape, 'int64', 'masked_fill'))
  const count = Math.ceil(sequence / size)
  const pairs = [batch, heads, sequence, sequence]
  f.let('bias', a.make([batch, groups, sequence, count + 1], dtype, 'new_full'))
  f.let('keep of blocks', a.make([batch, groups, sequence, count * size], 'bool', 'index_select'))
  if (heads > groups) f.let('keep of blocks', a.make(pairs, 'bool', 'index_select'))
  f.let('positions', a.make([sequence], 'int64', 'arange'))
  f.let('future', a.make([batch, 1, sequence, sequence], 'bool', 'gt'))
  f.let('keep', a.make(pairs, 'bool', 'bitwise_and'))
  const zeros = a.make(pairs, dtype, 'zeros')
  const others = a.make(pairs, 'bool', 'bitwise_not')
  const mask = a.make(pairs, dtype, 'masked_fill')
  a.done(zeros, others)
  return f.returned(mask)
}
