import type { Operations } from './operations/operations.js'
import { moduleOf } from './parameter-names.js'
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
}

/** A parameter, or one of the two matrices of an adapter, which has the name of its module. */
interface Divisible {
  readonly name: string
  readonly isAdapter: boolean
  readonly isSecond: boolean
}

/** Whether ranks divide a parameter, which is then a `DTensor`. They divide A of an adapter with the inputs of its layer, and B with its outputs. */
export function isDivided({ wayOf, rowsOf }: Division, { name, isAdapter, isSecond }: Divisible): boolean {
  if (isAdapter) return wayOf(name) === (isSecond ? 'columns' : 'rows')
  const way = wayOf(moduleOf(name))
  return (way !== undefined && way !== 'rejoined') || rowsOf(moduleOf(name)) !== undefined
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

/** Rows of an embedding whose vocabulary is divided, summed up over the ranks. */
export function dividedEmbedding(
  { tape, ops }: Pass,
  table: Tensor,
  { elements, whole, indices, gradient }: DividedRows,
): Tensor {
  const part = tape.record(
    [table],
    { before: indices ? [indices] : [], castsWithin: true },
    () => tape.tensor(elements, table.dtype, 'embedding'),
    () => {
      const all = ops.gradient(whole, table.dtype, 'embedding_dense_backward')
      if (gradient === 'whole') return [all]
      const own = ops.gradient(table.elements, table.dtype, 'clone')
      if (gradient === 'added') tape.ledger.release(ops.gradient(table.elements, table.dtype, 'add'))
      tape.ledger.release(all)
      return [own]
    },
  )
  return summedUp({ tape, ops }, part)
}

interface DividedRows {
  /** Elements of the output. */
  readonly elements: number
  /** Elements of the whole embedding. */
  readonly whole: number
  readonly indices: Tensor | undefined
  readonly gradient: Division['embeddingGradient']
}

interface Pass {
  readonly tape: Tape
  readonly ops: Operations
}
