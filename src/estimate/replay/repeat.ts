import type { Layers } from './layers.js'
import type { Tensor } from './tape.js'

/** Keys or values once for each query head; the gradient is summed back over each group. */
export function repeat({ ops }: Layers, input: Tensor, groups: number, isView = false): Tensor {
  const { tape } = ops
  if (groups === 1) return tape.alias(input)
  return tape.record(
    [input],
    {},
    () => {
      const elements = input.elements * groups
      return isView ? { ...tape.alias(input), elements } : tape.tensor(elements, input.dtype, 'clone')
    },
    () => [ops.gradient(input.elements, input.dtype, 'sum')],
  )
}

/** Elements of the output: a head's values may be narrower than its keys. */
export function outputOf(query: Tensor, key: Tensor, value: Tensor): number {
  return (query.elements * value.elements) / key.elements
}
