import { DTYPE_BYTES } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import type { AttentionSizes } from './kernel.js'
import { outputOf } from './repeat.js'

/** The name of a fused kernel, and what it allocates in addition to its output. */
export interface FusedKernel {
  /** torch's name: `flash`. */
  readonly name: string
  /** Rows of the log-sum-exp, for a number of tokens. */
  readonly logRows: (sequence: number) => number
  /** Whether the log-sum-exp is also computed without gradients. */
  readonly hasLogsAlways: boolean
  /** Bytes of its random number state. */
  readonly seedBytes: number
}

/** The gradient of a bias has rows of a multiple of this many elements (`_scaled_dot_product_efficient_attention_backward`). */
const BIAS_STEP = 16

/**
 * A kernel that does not save scores, but inputs, output, and the log-sum-exp of each row in float32. Backward always returns
 * all three gradients.
 */
export function fused(
  { ops }: Layers,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { batch, heads, sequence, keys: columns = sequence, runs = 1 }: AttentionSizes,
  { name, logRows, hasLogsAlways, seedBytes }: FusedKernel,
  bias?: Tensor,
): Tensor {
  const { tape } = ops
  const rows = batch * heads * logRows(sequence)
  const hasLogs = hasLogsAlways || [query, key, value].some((input) => input.grad)
  const operation = `_scaled_dot_product_${name}_attention`
  const extras = [hasLogs ? 4 * rows : 0, runs * seedBytes, runs * 8].map((bytes) =>
    tape.tensor(bytes, 'bool', operation),
  )
  const output = tape.record(
    [query, key, value, bias],
    {
      before: [query, key, value, ...(bias ? [bias] : [])],
      after: (out) => [out.storage, ...extras.map(({ storage }) => storage)],
    },
    () => tape.tensor(outputOf(query, key, value), query.dtype, operation),
    () => {
      const made = [query, key, value].map((input) =>
        tape.ledger.allocate(input.storage.bytes > 0 ? input.elements * 2 : 0),
      )
      const width = Math.ceil(columns / BIAS_STEP) * BIAS_STEP
      const forBias = bias?.grad && tape.ledger.allocate((bias.elements / columns) * width * DTYPE_BYTES[bias.dtype])
      tape.ledger.observe(`${operation}_backward`)
      return [...made, forBias]
    },
  )
  tape.free(...extras)
  return output
}
