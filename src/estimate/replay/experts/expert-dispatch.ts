import type { Dispatch as DispatchName } from '../../../architecture/index.js'
import { type Gap, OmittedLayers } from '../folding/omitted-layers.js'
import type { Layers } from '../layers.js'
import { LoopVariables } from '../loop-variables.js'
import type { Tensor } from '../tape.js'
import type { Choice, Routes } from './routes.js'

/** The experts of a block. */
export interface Experts extends Choice {
  /** Those that are replayed. */
  readonly indices: readonly number[]
  /** Runs one on its rows. The caller keeps the rows. */
  readonly run: (index: number, rows: Tensor) => Tensor
  readonly nameOf: (index: number) => string
  /** Where others are left out, by the name of the one before. */
  readonly gaps: ReadonlyMap<string, Gap>
}

/** The sum of the experts' outputs, and what the code references until the block returns. */
export interface Dispatched {
  readonly result: Tensor
  readonly held: LoopVariables
}

/** How experts get their tokens if each is a module of its own. */
type ModuleDispatch = Exclude<DispatchName, 'grouped' | 'partsInTurn' | 'writtenInTurn'>

/** Runs each expert on its own tokens. Tokens are spread evenly; the first experts get one more if they do not divide. */
export function dispatch(
  layers: Layers,
  way: ModuleDispatch,
  input: Tensor,
  routes: Routes,
  experts: Experts,
): Dispatched {
  return DISPATCHES[way](layers, input, routes, experts)
}

type Dispatch = (layers: Layers, input: Tensor, routes: Routes, experts: Experts) => Dispatched

const DISPATCHES: Readonly<Record<ModuleDispatch, Dispatch>> = { added, addedInWeightsDtype, sorted }

/** Mixtral: the rows of each expert are added to a result in the dtype of the input. */
function added(layers: Layers, input: Tensor, { weights }: Routes, experts: Experts): Dispatched {
  const { ops, tokens } = layers
  const { tape } = ops
  const held = new LoopVariables(tape)
  let result = tape.tensor(input.elements, input.dtype, 'zeros')
  held.bind('mask', tape.tensor(tokens * experts.chosen * experts.experts, 'int64', '_to_copy'))
  const gaps = new OmittedLayers(tape, experts.gaps)
  for (const [index, rows] of turnsOf(tokens, experts)) {
    gaps.before()
    const places = held.bind('places', tape.tensor(2 * rows, 'int64', 'where'))
    const own = held.bind('own', ops.index(input, (input.elements / tokens) * rows, places))
    const made = experts.run(index, own)
    const share = ops.index(weights, rows, places)
    const product = held.bind('product', ops.mul(made, share))
    tape.free(made, share)
    const rowsMade = ops.to(product, result.dtype)
    const next = ops.indexAdd(result, rowsMade, places)
    tape.free(result, rowsMade)
    result = next
    gaps.behind(experts.nameOf(index))
  }
  return { result, held }
}

/** DeepSeek-V3: the same in the dtype of the weights, in a separate function, with a cast at the end. */
function addedInWeightsDtype(layers: Layers, input: Tensor, { weights }: Routes, experts: Experts): Dispatched {
  const { ops, tokens } = layers
  const { tape } = ops
  const held = new LoopVariables(tape)
  let result = tape.tensor(input.elements, weights.dtype, 'zeros')
  held.bind('mask', tape.tensor(tokens * experts.chosen * experts.experts, 'int64', '_to_copy'))
  const gaps = new OmittedLayers(tape, experts.gaps)
  for (const [index, rows] of turnsOf(tokens, experts)) {
    gaps.before()
    const places = held.bind('places', tape.tensor(2 * rows, 'int64', 'where'))
    const share = held.bind('share', ops.index(weights, rows, places))
    const own = held.bind('own', ops.index(input, (input.elements / tokens) * rows, places))
    const made = held.bind('made', experts.run(index, own))
    const product = held.bind('product', ops.mul(made, share))
    const next = ops.indexAdd(result, product, places)
    tape.free(result)
    result = next
    gaps.behind(experts.nameOf(index))
  }
  const output = ops.to(result, input.dtype)
  tape.free(result)
  held.free()
  return { result: output, held }
}

/**
 * DeepSeek-V2: all rows are sorted by expert, and each expert runs on a slice of them. The results are brought back into the
 * order of the tokens, weighted, and summed in the dtype of the weights.
 */
function sorted(layers: Layers, input: Tensor, { weights }: Routes, experts: Experts): Dispatched {
  const { ops, tokens } = layers
  const { tape } = ops
  const held = new LoopVariables(tape)
  const rows = tokens * experts.chosen
  const size = input.elements / tokens
  held.bind('counts', tape.tensor(tokens * experts.experts, 'int64', 'new_zeros'))
  held.bind('perExpert', tape.tensor(experts.experts, 'int64', 'sum'))
  const order = held.bind('order', tape.tensor(rows, 'int64', 'argsort'))
  const origins = tape.tensor(rows, 'int64', 'floor_divide')
  const own = held.bind('own', ops.index(input, rows * size, origins))
  tape.free(origins)
  const outputs = turnsOf(tokens, experts).map(([index, count]) => {
    const slice = held.bind('slice', ops.slice(own, count * size))
    return held.bind(`output ${index}`, experts.run(index, slice))
  })
  const together = held.bind('together', ops.cat(outputs))
  const reordered = held.bind('reordered', inOrder(layers, together, order))
  const wide = ops.to(reordered, weights.dtype)
  const weighted = weightedInPlace(layers, wide, weights)
  tape.free(wide)
  const sum = summed(layers, weighted, tokens * size)
  tape.free(weighted)
  const result = ops.to(sum, reordered.dtype)
  tape.free(sum)
  held.free()
  return { result, held }
}

/** The experts that are replayed and have rows, and how many. */
function turnsOf(tokens: number, experts: Experts): (readonly [index: number, rows: number])[] {
  const rows = rowsOf(tokens, experts)
  return experts.indices.flatMap((index) => {
    const count = rows[index]
    return count === undefined ? [] : [[index, count] as const]
  })
}

/** The number of rows of each expert. */
export function rowsOf(tokens: number, { experts, chosen }: Choice): number[] {
  const rows = tokens * chosen
  return Array.from(
    { length: experts },
    (_, index) => Math.floor(rows / experts) + (index < rows % experts ? 1 : 0),
  ).filter((count) => count > 0)
}

/** Rows written to other indices of a new tensor. Saves the indices. */
function inOrder({ ops }: Layers, rows: Tensor, places: Tensor): Tensor {
  const { elements, dtype } = rows
  return ops.tape.record(
    [rows],
    { before: [places] },
    () => ops.tape.tensor(elements, dtype, 'empty_like'),
    () => [ops.gradient(elements, dtype, 'index')],
  )
}

/** A product in place. Saves a copy of the original rows if the weights have a gradient. */
function weightedInPlace({ ops }: Layers, rows: Tensor, weights: Tensor): Tensor {
  const { tape } = ops
  const { elements, dtype } = rows
  const copies = weights.grad ? [tape.tensor(elements, dtype, 'clone')] : []
  const output = tape.record(
    [rows, weights],
    { before: [...(rows.grad ? [weights] : []), ...copies] },
    () => ({ ...tape.alias(rows) }),
    () => {
      const forRows = rows.grad && ops.gradient(elements, dtype, 'mul')
      const whole = weights.grad && ops.gradient(elements, dtype, 'mul')
      return [
        forRows,
        whole &&
          (() => {
            const sum = ops.gradient(weights.elements, dtype, 'sum')
            tape.ledger.release(whole)
            return sum
          }),
      ]
    },
  )
  tape.free(...copies)
  return output
}

/** The sum over the experts of a token. Its gradient is one view for all of them. */
function summed({ ops }: Layers, rows: Tensor, elements: number): Tensor {
  return ops.tape.record(
    [rows],
    {},
    () => ops.tape.tensor(elements, rows.dtype, 'sum'),
    (gradient) => [ops.tape.ledger.retain(gradient)],
  )
}
