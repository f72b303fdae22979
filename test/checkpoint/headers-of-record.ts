import { elementCount } from '../../src/checkpoint/quantisation/stored-weight.js'
import type { StoredTensor } from '../../src/checkpoint/safetensors-header.js'
import type { CheckpointRecord } from '../architecture/records.js'

/** The headers that a checkpoint of a recorded model has, in bfloat16, one file. */
export function headersOfRecord({
  parameters,
}: Pick<CheckpointRecord, 'parameters'>): { tensors: Map<string, StoredTensor> }[] {
  const tensors = new Map<string, StoredTensor>()
  let end = 0
  for (const [folded, shape] of Object.entries(parameters)) {
    for (const name of unfolded(folded)) {
      const start = end
      end += 2 * elementCount(shape)
      tensors.set(name, { dtype: 'BF16', shape, offsets: [start, end] })
    }
  }
  return [{ tensors }]
}

/** `layers.{0-1}.weight` is `layers.0.weight` and `layers.1.weight`. */
export function unfolded(name: string): string[] {
  const match = /\{([\d,-]+)\}/.exec(name)
  if (!match) return [name]
  const [braces, ranges = ''] = match
  const indices = ranges.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
  })
  const rest = unfolded(name.slice(match.index + braces.length))
  return indices.flatMap((index) => rest.map((end) => `${name.slice(0, match.index)}${index}${end}`))
}
