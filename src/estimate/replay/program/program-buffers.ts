import type { Count, Program } from '../../../architecture/index.js'
import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'

/** The bytes of inputs, labels and buffers of modules. */
export function programBuffers(
  { buffers, labels }: Program,
  countOf: (count: Count) => number,
  dtype: ComputeDtype,
  trains: boolean,
): number {
  const bytes = buffers.map(
    ({ count, type = 'int64' }) => countOf(count) * DTYPE_BYTES[type === 'model' ? dtype : type],
  )
  const ofLabels = trains && labels ? countOf(labels) * DTYPE_BYTES.int64 : 0
  return bytes.reduce((sum, one) => sum + one, ofLabels)
}
