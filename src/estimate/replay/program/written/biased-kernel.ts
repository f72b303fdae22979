import type { GroupedArrays } from '../../arrays/grouped-arrays.js'
import { contiguous, permuted, resized } from '../../arrays/layout.js'
import type { Shaped } from '../../arrays/shaped.js'
import { DTYPE_BYTES } from '../../dtype.js'
import { efficientBackwardBytes } from '../../kernel-memory/attention-backward.js'
import type { WrittenRun } from './written-run.js'

const NAME = '_scaled_dot_product_efficient_attention'
/** Rows of a bias begin at multiples of so many elements (`preprocess_mask` of torch 2.11, transformers/attention.cpp). */
const ROW = 8
/** Those of its gradient (`_efficient_attention_backward` of attention_backward.cu). */
const GRADIENT_ROW = 16

/**
 * The memory-efficient kernel with a bias that has a gradient. Autocast casts all of them; a bias whose rows are not aligned is copied.
 *
 * @param query - `[batch, heads, tokens, size]`, like key and value
 * @param bias - `[batch or 1, heads, tokens, tokens]`
 */
export function biasedKernel(
  { arrays: a }: WrittenRun,
  query: Shaped,
  key: Shaped,
  value: Shaped,
  bias: Shaped,
): Shaped {
  const { tape, layers } = a
  const cast = (input: Shaped): Shaped => (layers.autocast ? a.to(input, layers.half) : input)
  const [batch = 1, heads = 1, tokens = 1, size = 1] = query.layout.shape
  const inputs = [query, key, value].map(cast)
  const spread = a.expand(aligned(a, cast(bias)), [batch, heads, tokens, tokens])
  const rows = batch * heads * Math.ceil(tokens / 32) * 32
  const hasLogs = query.grad !== undefined || key.grad !== undefined
  const extras = [hasLogs ? 4 * rows : 0, 8, 8].map((bytes) => tape.tensor(bytes, 'bool', NAME))
  const layout = permuted(contiguous([batch, tokens, heads, size]), [0, 2, 1, 3])
  const { dtype } = inputs[0] ?? query
  const output = tape.record(
    [...inputs, spread],
    {
      before: [...inputs, spread],
      after: (out) => [out.storage, ...extras.map(({ storage }) => storage)],
    },
    () => tape.tensor(batch * tokens * heads * size, dtype, NAME),
    () => {
      const made = inputs.map((input) => tape.ledger.allocate(input.elements * DTYPE_BYTES[dtype]))
      const wide = Math.ceil(tokens / GRADIENT_ROW) * GRADIENT_ROW
      const forBias = spread.grad && tape.ledger.allocate(batch * heads * tokens * wide * DTYPE_BYTES[dtype])
      const call = { batch, heads, kvHeads: heads, queries: tokens, keys: tokens, headDim: size, valueDim: size }
      tape.ledger.observe(`${NAME}_backward`, 0, efficientBackwardBytes({ ...call, isWide: dtype === 'float32' }))
      const narrow = resized(contiguous([batch, heads, tokens, wide]), 3, tokens)
      return [
        ...made.map((storage) => ({ storage, layout, dtype })),
        forBias && { storage: forBias, layout: narrow, dtype },
      ]
    },
  )
  tape.free(...extras)
  a.done(...inputs, spread)
  return { ...output, layout, isNamed: false }
}

/** A bias whose rows begin at multiples of eight elements, as a view of a longer one where they do not. */
function aligned(a: GroupedArrays, bias: Shaped): Shaped {
  const tokens = bias.layout.shape.at(-1) ?? 1
  const rest = tokens % ROW
  return rest === 0 ? bias : a.slice(a.pad(bias, -1, ROW - rest), -1, tokens)
}
