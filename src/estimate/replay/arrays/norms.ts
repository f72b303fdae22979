import { DTYPE_BYTES } from '../dtype.js'
import type { Tensor } from '../tape.js'
import type { GroupedArrays } from './grouped-arrays.js'
import { contiguous, isContiguous } from './layout.js'
import { preserved, type Shaped } from './shaped.js'

/**
 * A layer norm over the last dimension. CUDA's kernels make contiguous what they read (`layer_norm_kernel.cu` of torch 2.11); autocast computes it in
 * float32.
 */
export function layerNormed(a: GroupedArrays, name: string, input: Shaped): Shaped {
  const rows = input.elements / (input.layout.shape.at(-1) ?? 1)
  return kernel(a, name, input, { operation: 'native_layer_norm', groups: rows, isCopied: true })
}

/** A group norm with a group for each channel of `[batch, channels, steps]`. */
export function channelsNormed(a: GroupedArrays, name: string, input: Shaped): Shaped {
  const [batch = 1, channels = 1] = input.layout.shape
  return kernel(a, name, input, { operation: 'native_group_norm', groups: batch * channels, isCopied: false })
}

/** A group norm with one group. */
export function allNormed(a: GroupedArrays, name: string, input: Shaped): Shaped {
  return kernel(a, name, input, {
    operation: 'native_group_norm',
    groups: input.layout.shape[0] ?? 1,
    isCopied: false,
  })
}

/**
 * A norm of each channel over the whole batch, as torch's own kernel computes it in 16 bits (`batch_norm_cuda` of torch 2.15, Normalization.cu): the
 * output has the memory order of the input, its gradient has not, and the statistics are in float32.
 */
export function batchNormed(a: GroupedArrays, name: string, input: Shaped): Shaped {
  const { tape } = a
  const parameters = ['weight', 'bias'].map((part) => a.parameter(`${name}.${part}`))
  const inputs = [input, ...parameters]
  const channels = input.layout.shape[1] ?? 1
  const layout = preserved(input.layout)
  const made = { elements: input.elements, dtype: input.dtype }
  const statistics: Tensor[] = []
  const output = tape.record(
    inputs,
    { before: [input], after: () => statistics.map(({ storage }) => storage) },
    () => {
      const whole = tape.tensor(made.elements, made.dtype, 'native_batch_norm')
      for (let count = 0; count < 2; count += 1) statistics.push(tape.tensor(channels, 'float32', 'native_batch_norm'))
      return whole
    },
    () => {
      const gradients = inputs.map((one) => one.grad && tape.ledger.allocate(one.elements * DTYPE_BYTES[one.dtype]))
      tape.ledger.observe('native_batch_norm_backward')
      return gradients
    },
  )
  tape.free(...statistics)
  a.done(input)
  return { ...output, layout, isNamed: false }
}

interface NormKernel {
  readonly operation: string
  /** How many means and deviations it saves. */
  readonly groups: number
  readonly isCopied: boolean
}

function kernel(a: GroupedArrays, name: string, given: Shaped, { operation, groups, isCopied }: NormKernel): Shaped {
  const { tape, layers } = a
  const input = layers.autocast ? a.to(given, 'float32') : given
  const parameters = ['weight', 'bias'].flatMap((part) =>
    a.has(`${name}.${part}`) ? [a.parameter(`${name}.${part}`)] : [],
  )
  const inputs = [input, ...parameters]
  const layout = contiguous(input.layout.shape)
  const copy = (own: Shaped['layout']): number =>
    isCopied && !isContiguous(own) ? input.elements * DTYPE_BYTES[input.dtype] : 0
  const statistics = [0, 1].map(() => tape.tensor(groups, input.dtype, operation))
  const output = tape.record(
    inputs,
    { before: [input], after: () => statistics.map(({ storage }) => storage) },
    () => {
      const made = tape.tensor(input.elements, input.dtype, operation)
      tape.ledger.observe(operation, copy(input.layout))
      return made
    },
    (_, __, arriving = layout) => {
      const made = inputs.map((one) => one.grad && tape.ledger.allocate(one.elements * DTYPE_BYTES[one.dtype]))
      tape.ledger.observe(`${operation}_backward`, copy(input.layout) + copy(arriving))
      return made
    },
  )
  tape.free(...statistics)
  a.done(input)
  return { ...output, layout, isNamed: false }
}
