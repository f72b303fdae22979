import { DTYPE_BYTES } from '../dtype.js'
import type { Operations } from '../operations/operations.js'
import { withUnpacked } from '../packed/stacked-experts.js'
import type { Tensor } from '../tape.js'
import type { Weights } from '../weights.js'
import type { TargetedParameter } from './adapter.js'

/** What of the layers of a model adapters of parameters use. */
interface Layers {
  readonly ops: Operations
  readonly weights: Weights
  readonly autocast: boolean
  readonly castParameter: (parameter: Tensor) => Tensor
  readonly matrixProduct: (one: Tensor, other: Tensor, elements: number) => Tensor
}

/**
 * Runs a module of whose parameters some have adapters (`ParamWrapper` in `peft/tuners/lora/layer.py`, PEFT 0.21.2): while it runs, each
 * is the sum with its update, a new tensor that is computed when the code first reads it, and cached until the module returns.
 */
export function withTargets<Result>(layers: Layers, module: string, run: () => Result): Result {
  const { weights } = layers
  const targets = weights.targetsOf(module)
  if (targets.length === 0) return withUnpacked(layers.ops, weights, module, run)
  const { tape } = layers.ops
  const held: Tensor[] = []
  // The wrapper of the last parameter is the outermost, and acts first.
  for (const target of targets.toReversed()) {
    const sum = updated(layers, target, held)
    // `register_parametrization` of torch computes it once, to compare shape and dtype.
    tape.free(tape.withoutGradients(sum))
    let cached: Tensor | undefined
    weights.bind(target.name, () => {
      if (!cached) {
        cached = sum()
        held.push(cached)
      }
      return cached
    })
  }
  try {
    return run()
  } finally {
    for (const { name } of targets) weights.unbind(name)
    tape.free(...held)
  }
}

/** Prepares what the update is made of, and returns what computes the sum. */
function updated(layers: Layers, target: TargetedParameter, held: Tensor[]): () => Tensor {
  return target.matrices > 1 ? ofMatrices(layers, target, held) : ofOneMatrix(layers, target, held)
}

/** Several matrices in one parameter: the update is added to them by the batched product that makes it (`_LoraFactorsProxy`). */
function ofMatrices({ ops }: Layers, { parameter, adapter }: TargetedParameter, held: Tensor[]): () => Tensor {
  const { tape } = ops
  const { a, b } = adapter
  const apart = inOrderOfMatrices(ops, b)
  const left = ops.to(apart, parameter.dtype)
  tape.free(apart)
  const right = ops.to(a, parameter.dtype)
  held.push(left, right)
  // cuBLAS needs the factors by rows or by columns: that of B, which is neither, is copied (`prepare_batch_matrix_for_cublas` in torch's Blas.cpp).
  const product = (elements: number, operation: string): Tensor => {
    const made = tape.tensor(elements, parameter.dtype, operation)
    tape.ledger.observe(operation, left.elements * DTYPE_BYTES[left.dtype])
    return made
  }
  return () =>
    tape.record(
      [left, right],
      { before: [left, right] },
      () => product(parameter.elements, 'baddbmm'),
      () => [
        scaled(ops, left, ops.gradient(left.elements, left.dtype, 'bmm')),
        scaled(ops, right, product(right.elements, 'bmm').storage),
      ],
    )
}

/** A view of B by matrix. Its gradient is copied into the order of the parameter. */
function inOrderOfMatrices(ops: Operations, b: Tensor): Tensor {
  const { tape } = ops
  return tape.record(
    [b],
    {},
    () => ({ ...tape.alias(b) }),
    () => [ops.gradient(b.elements, b.dtype, 'clone')],
  )
}

/** The product with the scale, which autograd leaves out if it is 1. */
function scaled(ops: Operations, { elements, dtype }: Tensor, product: Tensor['storage']): Tensor['storage'] {
  const made = ops.gradient(elements, dtype, 'mul')
  ops.tape.ledger.release(product)
  return made
}

/** One matrix: the update is computed first (`Linear.get_delta_weight`), and added (`_LoraParameterProxy`). */
function ofOneMatrix(layers: Layers, { parameter, adapter }: TargetedParameter, held: Tensor[]): () => Tensor {
  const { ops } = layers
  const { tape } = ops
  const factors = [adapter.b, adapter.a].map((one) => (layers.autocast ? layers.castParameter(one) : tape.alias(one)))
  const [b = adapter.b, a = adapter.a] = factors
  const product = layers.matrixProduct(b, a, parameter.elements)
  tape.free(...factors)
  const multiple = ops.scale(product)
  tape.free(product)
  const update = ops.to(multiple, parameter.dtype)
  tape.free(multiple)
  held.push(update)
  return () => ops.add(parameter, update)
}
