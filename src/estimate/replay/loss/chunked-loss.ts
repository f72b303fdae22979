import type { DecoderPass } from '../decoder-pass.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { logitsOf } from './logits.js'
import { entropy } from './loss.js'

/** Chunks of the sequence (`num_output_chunks` of torchtune 0.6.1). */
const CHUNKS = 8

/**
 * The head for an eighth of the tokens at a time, and then a float32 cross entropy for each of these chunks (torchtune 0.6.1: `chunked_output` of
 * `modules/transformer.py`, `CEWithChunkedOutputLoss`). The logits of all chunks are there until the loss is computed, and each chunk
 * keeps its log-softmax: only float32 copies and gradients are made chunk by chunk. Frees the hidden states.
 */
export function chunkedLoss(pass: DecoderPass, head: Named, states: Tensor): Tensor {
  const { layers, options } = pass
  const { batch, sequence } = options
  const { ops } = layers
  const { tape } = ops
  const size = Math.ceil(sequence / CHUNKS)
  const chunks = Array.from({ length: Math.ceil(sequence / size) }, (_, i) => Math.min(size, sequence - i * size))
  const features = states.elements / layers.tokens
  const parts = ops.split(
    states,
    chunks.map((tokens) => batch * tokens * features),
  )
  // A linear layer copies rows with gaps between them, unless a cast has done so.
  const isCopied = batch > 1 && (!layers.autocast || states.dtype === layers.half)
  const rows = parts.map((part) => (isCopied ? ops.contiguous(part) : tape.alias(part)))
  tape.free(...parts)
  const logits = rows.map((part) => logitsOf(pass, head, part))
  tape.free(...rows, states)
  layers.endAutocast()
  const shifted = tape.tensor(batch * sequence, 'int64', 'hstack')
  const labels = chunks.map((tokens) =>
    batch > 1 ? tape.tensor(batch * tokens, 'int64', 'clone') : tape.alias(shifted),
  )
  let total = tape.tensor(0, 'float32', 'sum')
  for (const [i, one] of logits.entries()) {
    const wide = ops.to(one, 'float32')
    const loss = entropy(layers, wide, labels[i])
    const sum = ops.add(total, loss)
    tape.free(wide, loss, total)
    total = sum
  }
  tape.free(shifted, ...labels, ...logits)
  return total
}
