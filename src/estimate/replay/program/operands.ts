import type { Value } from '../../../architecture/index.js'
import type { Tensor } from '../tape.js'
import type { Place } from './place.js'
import type { Scope } from './scope.js'

/** The tensor of an operand: a variable, or the result of an operation. */
export type Evaluate = (value: Value) => Tensor

/** Computes with operands, and frees them. */
export function using(place: Place, operands: readonly Tensor[], run: (...operands: Tensor[]) => Tensor): Tensor {
  const output = run(...operands)
  place.layers.ops.tape.free(...operands)
  return output
}

export function unary(run: (place: Place, input: Tensor) => Tensor) {
  return (place: Place, _: Scope, { of }: { readonly of: Value }, evaluate: Evaluate): Tensor =>
    using(place, [evaluate(of)], (input) => run(place, given(input)))
}

export function binary(run: (place: Place, left: Tensor, right: Tensor) => Tensor) {
  return (place: Place, _: Scope, { of }: { readonly of: readonly [Value, Value] }, evaluate: Evaluate): Tensor =>
    using(place, of.map(evaluate), (left, right) => run(place, given(left), given(right)))
}

export function given(tensor: Tensor | undefined): Tensor {
  if (!tensor) throw new Error('an operation has its operands')
  return tensor
}
