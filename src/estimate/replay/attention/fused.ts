import type { Layers } from '../layers.js'
import { outputOf } from '../repeat.js'
import type { Tensor } from '../tape.js'
import type { AttentionSizes } from './kernel.js'

/** What a fused kernel is called, and what it allocates beside its output. */
export interface FusedKernel {
  /** As torch names it: `flash`. */
  readonly name: string
  /** Rows of the logs of sums, for so many tokens. */
  readonly logRows: (sequence: number) => number
  /** Whether the logs are made where nothing is differentiated too. */
  readonly hasLogsAlways: boolean
  /** Bytes of the state of its random numbers. */
  readonly seedBytes: number
}

/**
 * A kernel that keeps no scores: inputs, output, and the log of each row's sum in float32. Backward returns all three
 * gradients at once, whichever are needed.
 */
export function fused(
  { ops }: Layers,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { batch, heads, sequence }: AttentionSizes,
  { name, logRows, hasLogsAlways, seedBytes }: FusedKernel,
  bias?: Tensor,
): Tensor {
  const { tape } = ops
  const rows = batch * heads * logRows(sequence)
  const hasLogs = hasLogsAlways || [query, key, value].some((input) => input.grad)
  const extras = [hasLogs ? 4 * rows : 0, seedBytes, 8].map((bytes) => tape.ledger.allocate(bytes))
  const output = tape.record(
    [query, key, value],
    { before: [query, key, value, ...(bias ? [bias] : [])], after: (out) => [out.storage, ...extras] },
    () => tape.tensor(outputOf(query, key, value), query.dtype, `_scaled_dot_product_${name}_attention`),
    () => {
      const made = [query, key, value].map((input) =>
        tape.ledger.allocate(input.storage.bytes > 0 ? input.elements * 2 : 0),
      )
      tape.ledger.observe(`_scaled_dot_product_${name}_attention_backward`)
      return made
    },
  )
  for (const extra of extras) tape.ledger.release(extra)
  return output
}
