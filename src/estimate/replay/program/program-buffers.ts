import type { Count, Program } from '../../../architecture/index.js'
import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'

/** The bytes of inputs, labels and buffers of modules. */
export function programBuffers(
  { buffers, labels, labelType = 'int64' }: Program,
  countOf: (count: Count) => number,
  dtype: ComputeDtype,
  trains: boolean,
): number {
  const ofLabels = trains && labels ? buffersOf([{ count: labels, type: labelType }], countOf, dtype) : 0
  return buffersOf(buffers, countOf, dtype) + ofLabels
}

/** The bytes of buffers. */
export function buffersOf(buffers: Program['buffers'], countOf: (count: Count) => number, dtype: ComputeDtype): number {
  return buffers.reduce(
    (sum, { count, type = 'int64' }) => sum + countOf(count) * DTYPE_BYTES[type === 'model' ? dtype : type],
    0,
  )
}
