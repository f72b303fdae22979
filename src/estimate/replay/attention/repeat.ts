import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/** Keys or values repeated for each query head. The gradient is summed over each group. */
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

/** Elements of the output. The values of a head can be narrower than its keys. */
export function outputOf(query: Tensor, key: Tensor, value: Tensor): number {
  return (query.elements * value.elements) / key.elements
}
