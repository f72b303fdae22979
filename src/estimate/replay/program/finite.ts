import type { Operation } from '../../../architecture/index.js'
import type { Operations } from '../operations/operations.js'
import type { Tensor } from '../tape.js'

type How = Extract<Operation, { readonly op: 'finite' }>['how']

/** Keeps numbers of float16 finite. Other numbers are left alone, and so are those of which it is only asked whether any is infinite. */
export function finite(ops: Operations, input: Tensor, how: How): Tensor {
  if (input.dtype !== 'float16') return ops.tape.alias(input)
  if (how !== 'bounded') askForInfinite(ops, input)
  return how === 'asked' ? ops.tape.alias(input) : ops.clamp(input)
}

/** `torch.isinf` compares absolute numbers, in two tensors that are freed. */
function askForInfinite({ tape }: Operations, { elements, dtype }: Tensor): void {
  const sizes = tape.tensor(elements, dtype, 'abs')
  const answers = tape.tensor(elements, 'bool', 'eq')
  tape.free(sizes, answers)
}
