import { DTYPE_BYTES } from '../dtype.js'
import type { AttentionCall } from '../kernel-memory/attention-backward.js'
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
  /** What its backward holds within itself, if so many of output and gradient have to be copied. */
  readonly backwardBytes: (call: AttentionCall, copies: number) => number
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
  { batch, heads, headDim, sequence, keys: columns = sequence, runs = 1, exchanged }: AttentionSizes,
  { name, logRows, hasLogsAlways, seedBytes, backwardBytes }: FusedKernel,
  bias?: Tensor,
): Tensor {
  const { tape } = ops
  const rows = batch * heads * logRows(sequence)
  const hasLogs = hasLogsAlways || [query, key, value].some((input) => input.grad)
  const operation = `_scaled_dot_product_${name}_attention`
  const size = query.elements / (batch * heads * sequence)
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
      const call = {
        batch,
        heads,
        kvHeads: key.elements / (batch * columns * size),
        queries: sequence,
        keys: columns,
        headDim: size,
        valueDim: (value.elements / key.elements) * size,
        isWide: query.dtype === 'float32',
      }
      // Padded heads, and their gradient, have heads before tokens; the output of queries that were concatenated has, too.
      const copies = size !== headDim ? 2 : exchanged ? 1 : 0
      tape.ledger.observe(`${operation}_backward`, 0, backwardBytes(call, copies))
      return [...made, forBias]
    },
  )
  tape.free(...extras)
  return output
}
