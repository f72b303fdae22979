import type { ParallelResidual } from '../../../architecture/index.js'
import type { DecoderRun } from '../decoder-run.js'
import { droppedIn, isDropped } from '../dropout.js'
import { norm } from '../norms/norms.js'
import type { Operations } from '../operations/operations.js'
import { type Named, submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { attend } from './layer-attention.js'
import { feed, normsOf, ownWeights } from './layer-parts.js'

/** `x + attention(norm(x)) + mlp(norm(x))`, with one norm for both or one norm each. */
export function parallelLayer(
  run: DecoderRun,
  layer: Named,
  input: Tensor,
  index: number,
  { sum, normsFirst, keepsNormalised }: Required<ParallelResidual>,
): Tensor {
  const { ops } = run.layers
  const { tape } = ops
  const { first } = normsOf(layer)
  const second = submodule(layer, 'secondNorm')
  const normal = first ? norm(run, first, input) : tape.alias(input)
  const early = normsFirst && second ? norm(run, second, input) : undefined
  const attended = droppedIn(run, 'behindBlocks', 'attended', attend(run, layer, normal, index))
  const other = early ?? (second ? norm(run, second, input) : tape.alias(normal))
  const kept = keepsNormalised ? [normal, other] : []
  if (!keepsNormalised) tape.free(normal)
  const made = feed(run, layer, other)
  if (!keepsNormalised) tape.free(other)
  const fed = droppedIn(run, 'behindBlocks', 'fed', made)
  const output = SUMS[sum](ops, input, attended, fed, sum === 'blocksInPlace' && isDropped(run, 'fed'))
  tape.free(attended, fed, ...kept, ...ownWeights(run))
  return output
}

/** Adds the outputs of both blocks to the residual stream. */
const SUMS: Readonly<
  Record<
    Required<ParallelResidual>['sum'],
    (ops: Operations, residual: Tensor, attended: Tensor, fed: Tensor, drops: boolean) => Tensor
  >
> = {
  blocksFirst: (ops, residual, attended, fed) =>
    freeing(ops, ops.add(attended, fed), (both) => ops.add(both, residual)),
  residualFirst: (ops, residual, attended, fed) =>
    freeing(ops, ops.add(residual, attended), (both) => ops.add(both, fed)),
  blocksInPlace: (ops, residual, attended, fed, drops) =>
    freeing(ops, ops.addInPlace(fed, attended), (both) =>
      drops ? freeing(ops, ops.dropout(both), (left) => ops.add(residual, left)) : ops.add(residual, both),
    ),
}

function freeing(ops: Operations, both: Tensor, add: (both: Tensor) => Tensor): Tensor {
  const sum = add(both)
  ops.tape.free(both)
  return sum
}
