import { DTYPE_BYTES } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/**
 * The cross entropy in one kernel, which writes the gradient over the logits (Liger 0.8.5, `ops/cross_entropy.py`; Unsloth before
 * 2026). It makes a loss for each token, and looks for labels that are out of bounds.
 */
export function fusedEntropy({ ops }: Layers, wide: Tensor, rows: number): Tensor {
  const { tape } = ops
  const losses = tape.tensor(rows, wide.dtype, 'cross_entropy')
  const mask = tape.tensor(rows, 'bool', 'ne')
  const product = tape.tensor(rows, 'int64', 'mul')
  tape.ledger.observe('max', DTYPE_BYTES.int64)
  tape.free(product)
  const loss = tape.record(
    [wide],
    { before: [wide] },
    () => tape.tensor(1, wide.dtype, 'cross_entropy'),
    (_, [saved]) => [saved && tape.ledger.retain(saved)],
  )
  tape.free(losses, mask)
  return loss
}

/**
 * Head and loss in one step, in chunks of as many tokens that their logits are as large as the hidden states. Their gradients are computed
 * at once: one as large as the hidden states, and one as large as the head if it is trained (Liger 0.8.5,
 * `ops/fused_linear_cross_entropy.py`).
 */
export function fusedLinear(
  { ops, weights, tokens, autocast, half }: Layers,
  head: string,
  hidden: Tensor,
  { vocabulary, batch }: { readonly vocabulary: number; readonly batch: number },
): Tensor {
  const { tape } = ops
  const padded = tape.tensor(tokens + batch, 'int64', 'constant_pad_nd')
  const labels = batch > 1 ? tape.tensor(tokens, 'int64', 'clone') : tape.alias(padded)
  const mask = tape.tensor(tokens, 'bool', 'ne')
  const weight = weights.get(`${head}.weight`)
  const features = hidden.elements / tokens
  const chunk = Math.min(2 ** Math.ceil(Math.log2(Math.ceil(tokens / Math.ceil(vocabulary / features)))), tokens)
  const dtype = autocast ? half : hidden.dtype
  const made = tape.tensor(hidden.elements, hidden.dtype, 'zeros_like')
  const forWeight = weight.grad && tape.tensor(weight.elements, weight.dtype, 'zeros_like')
  if (weight.grad?.kind === 'leaf') weight.grad.addsInPlace = true
  const loss = tape.record(
    [hidden, weight],
    { before: [made, ...(forWeight ? [forWeight] : [])] },
    () => {
      const losses = tape.tensor(tokens, 'float32', 'zeros')
      const isCast = weight.dtype !== dtype
      const logitsOfChunk = (): Tensor => {
        // Autocast casts each chunk and the transposed weight anew.
        const casts = [
          ...(hidden.dtype === dtype ? [] : [tape.tensor(chunk * features, dtype, '_to_copy')]),
          ...(isCast ? [tape.tensor(weight.elements, dtype, '_to_copy')] : []),
        ]
        const made = tape.tensor(chunk * vocabulary, dtype, 'mm')
        tape.free(...casts)
        return made
      }
      const logits = logitsOfChunk()
      // For gradients it casts the weight itself, a leaf, and keeps the copy until it ends: while all further chunks run.
      const cast = isCast ? [tape.tensor(weight.elements, dtype, '_to_copy')] : []
      if (isCast) tape.free(tape.tensor(chunk * features, dtype, 'mm'))
      tape.free(logits)
      const isKept = weight.grad !== undefined && chunk < tokens
      if (!isKept) tape.free(...cast)
      if (isKept && isCast) tape.free(logitsOfChunk(), ...cast)
      tape.free(losses)
      return tape.tensor(1, 'float32', 'sum')
    },
    (_, [forHidden, forHead]) => [
      hidden.grad && forHidden && tape.ledger.retain(forHidden),
      forHead && weight.grad && tape.ledger.retain(forHead),
    ],
  )
  tape.free(padded, labels, mask, made, ...(forWeight ? [forWeight] : []))
  return loss
}
