import type { Storage } from './memory-ledger.js'
import type { Operations } from './operations/operations.js'
import { moduleOf } from './parameter-names.js'
import { type SequenceShares, scatteredTokens } from './sequence-shares.js'
import type { Tape, Tensor } from './tape.js'

/**
 * How tensor-parallel ranks divide a linear layer. `columns`: each has a part of the outputs. `gatheredColumns`: the same, and all get
 * all outputs. `rows`: each has a part of the inputs, and the outputs are summed up. `splitRows`: the same, of inputs that all have. `rejoined`:
 * each has the whole layer, and joins both parts of its output again.
 */
export type DivisionWay = 'columns' | 'gatheredColumns' | 'rows' | 'splitRows' | 'rejoined'

/** How tensor-parallel ranks divide a model, in a replay of one of them. */
export interface Division {
  readonly ranks: number
  /** How they divide a linear layer; absent if each has the whole layer. */
  readonly wayOf: (name: string) => DivisionWay | undefined
  /** The outputs of a whole linear layer whose columns are gathered; absent for others. */
  readonly outputsOf: (name: string) => number | undefined
  /** The rows of the whole input embedding; absent if each has the whole embedding, and of other embeddings. */
  readonly rowsOf: (embedding: string) => number | undefined
  /**
   * What becomes of the embedding's gradient, which `DTensor` computes for the whole vocabulary on every rank. `whole`: it stays.
   * `cut`: FSDP cuts it into the rank's part before it reduces it. `added`: so does the sum with the gradient of a tied head.
   */
  readonly embeddingGradient: 'whole' | 'cut' | 'added'
  /** Whether sums over ranks are written over their terms, as without gradients. */
  readonly sumsInPlace: boolean
  /** The shares of each sequence that ranks have between blocks, and so of the vocabulary in the loss; absent if each has all tokens. */
  readonly shares?: SequenceShares | undefined
  /** Whether a module, which each has whole, reads shares of sequences: its parameters are `DTensor`s too. */
  readonly readsShares: (module: string) => boolean
}

/** A parameter, or one of the two matrices of an adapter, which has the name of its module. */
interface Divisible {
  readonly name: string
  readonly isAdapter: boolean
  readonly isSecond: boolean
}

/** Whether ranks divide a parameter, which is then a `DTensor`. They divide A of an adapter with the inputs of its layer, and B with its outputs. */
export function isDivided(
  { wayOf, rowsOf, readsShares, shares }: Division,
  { name, isAdapter, isSecond }: Divisible,
): boolean {
  if (isAdapter) return shares !== undefined || wayOf(name) === (isSecond ? 'columns' : 'rows')
  const module = moduleOf(name)
  const way = wayOf(module)
  return (way !== undefined && way !== 'rejoined') || rowsOf(module) !== undefined || readsShares(module)
}

/** Whether the gradient of a parameter is a sum over ranks: each has the whole of it, and a share of what it is applied to. */
export function isSummed({ readsShares }: Division, name: string): boolean {
  return readsShares(moduleOf(name))
}

/** An input that all ranks have: its gradient is the sum over the ranks, in a tensor of its own. The caller keeps the input. */
export function sharedInput({ tape, ops }: Pass, input: Tensor): Tensor {
  return tape.record(
    [input],
    {},
    () => ({ ...tape.alias(input) }),
    () => [ops.gradient(input.elements, input.dtype, 'all_reduce')],
  )
}

/** The sum of the ranks' parts, in a tensor of its own. Its gradient is that of each part. Frees the part. */
export function summedUp({ tape }: Pass, part: Tensor): Tensor {
  const sum = tape.record(
    [part],
    {},
    () => tape.tensor(part.elements, part.dtype, 'all_reduce'),
    (gradient, _, layout) => {
      const storage = tape.ledger.retain(gradient)
      return [layout ? { storage, layout, dtype: part.dtype } : storage]
    },
  )
  tape.free(part)
  return sum
}

/** The ranks' columns side by side. Its gradient is cut into a copy. Frees the part. */
export function gathered({ tape, ops }: Pass, part: Tensor, elements: number, ranks: number): Tensor {
  const columns = tape.record(
    [part],
    {},
    () => {
      const parts = tape.tensor(part.elements * ranks, part.dtype, 'all_gather')
      const joined = tape.tensor(elements, part.dtype, 'cat')
      tape.free(parts)
      return joined
    },
    () => [ops.gradient(part.elements, part.dtype, 'clone')],
  )
  tape.free(part)
  return columns
}

/** Both parts of an output in a copy (`MlaKvAProjParallel`). The gradient of the last part is summed over the ranks in a copy. Frees the output. */
export function rejoined({ tape, ops }: Pass, output: Tensor, sizes: readonly [first: number, last: number]): Tensor {
  const [first, last] = ops.split(output, sizes)
  if (!first || !last) throw new Error('there are two parts')
  const summed = tape.record(
    [last],
    {},
    () => ({ ...tape.alias(last) }),
    () => [ops.gradient(last.elements, last.dtype, 'clone')],
  )
  const both = ops.cat([first, summed])
  tape.free(output, first, last, summed)
  return both
}

/** A copy of the rank's part of an input that all have. Its gradient is gathered. The caller keeps the input. */
export function ownPart({ tape, ops }: Pass, input: Tensor, ranks: number): Tensor {
  const elements = input.elements / ranks
  return tape.record(
    [input],
    {},
    () => tape.tensor(elements, input.dtype, 'clone'),
    () => {
      const parts = ops.gradient(input.elements, input.dtype, 'all_gather')
      const joined = ops.gradient(input.elements, input.dtype, 'cat')
      tape.ledger.release(parts)
      return [joined]
    },
  )
}

/** Rows of an embedding whose vocabulary is divided, summed up over the ranks, which may each keep a share of the tokens. */
export function dividedEmbedding(
  { tape, ops }: Pass,
  table: Tensor,
  { elements, whole, indices, gradient, shares }: DividedRows,
): Tensor {
  const cut = (): Storage => {
    const own = ops.gradient(table.elements, table.dtype, 'clone')
    if (gradient === 'added') tape.ledger.release(ops.gradient(table.elements, table.dtype, 'add'))
    return own
  }
  // When the gradient of the table is cut, that of the rows is gone.
  const rows =
    gradient === 'whole'
      ? tape.alias(table)
      : tape.record(
          [table],
          { castsWithin: true },
          () => ({ ...tape.alias(table) }),
          () => [cut()],
        )
  const part = tape.record(
    [rows],
    { before: indices ? [indices] : [], castsWithin: true },
    () => tape.tensor(elements, table.dtype, 'embedding'),
    () => [ops.gradient(whole, table.dtype, 'embedding_dense_backward')],
  )
  tape.free(rows)
  return shares ? scatteredTokens({ tape, ops }, part, shares) : summedUp({ tape, ops }, part)
}

interface DividedRows {
  /** Elements of the output. */
  readonly elements: number
  /** Elements of the whole embedding. */
  readonly whole: number
  readonly indices: Tensor | undefined
  readonly gradient: Division['embeddingGradient']
  /** The shares that ranks have of the sum; absent if each has the whole. */
  readonly shares: SequenceShares | undefined
}

interface Pass {
  readonly tape: Tape
  readonly ops: Operations
}
