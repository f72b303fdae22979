import type { DecoderPass } from '../decoder-pass.js'
import type { Storage } from '../memory-ledger.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { logitsOf } from './logits.js'
import { entropy } from './loss.js'

/** Chunks of the sequence (`num_chunks` of torchtitan 0.3.0). */
export const TITAN_CHUNKS = 8

/**
 * Head and loss for an eighth of the tokens at a time, each of which runs backward at once (`ChunkedLossWrapper` of torchtitan 0.3.0,
 * `components/loss.py`). The model returns its hidden states; the logits of a chunk live until those of the next are there. The gradient of the
 * hidden states is gathered in float32, and a copy in their dtype is kept for backward. Frees the hidden states.
 */
export function chunkedLinear(pass: DecoderPass, head: Named, states: Tensor): Tensor {
  const { layers, options } = pass
  const { batch } = options
  const { ops, tokens, weights } = layers
  const { tape } = ops
  const isCopied = batch > 1
  const [rows, ofChunk] = [tokens / TITAN_CHUNKS, states.elements / TITAN_CHUNKS]
  const every = <Made>(make: () => Made): Made[] => Array.from({ length: TITAN_CHUNKS }, make)
  const { elements: _, grad, ...plain } = states
  const chunks = every<Tensor>(() =>
    isCopied ? tape.tensor(ofChunk, states.dtype, 'clone') : tape.alias({ ...plain, elements: ofChunk }),
  )
  const labels = isCopied ? every(() => tape.tensor(rows, 'int64', 'clone')) : []
  const sum = tape.tensor(states.elements, 'float32', 'zeros')
  const weight = weights.get(`${head.name}.weight`)
  const cast = layers.autocast ? layers.castParameter(weight) : tape.alias(weight)
  const logits: Tensor[] = []
  const arrived: Storage[] = []
  const losses = chunks.map((chunk, index) => (): Tensor => {
    const given = tape.record(
      [grad ? states : undefined],
      {},
      // Autocast caches the copy of a leaf until it ends.
      () => ({ ...tape.alias(chunk), isDetached: true }),
      (gradient) => {
        arrived.push(tape.ledger.retain(gradient))
        return []
      },
    )
    const made = logitsOf(pass, head, given)
    tape.free(given, ...logits.splice(0))
    logits.push(made)
    const wide = ops.to(made, 'float32')
    const loss = entropy(layers, wide, labels[index])
    tape.free(wide)
    return loss
  })
  // What has arrived is cast to float32, and copied to its place.
  tape.backwardOfEach(losses, weight, cast, () => {
    if (states.dtype !== 'float32') tape.ledger.release(ops.gradient(ofChunk, 'float32', '_to_copy'))
    for (const one of arrived.splice(0)) tape.ledger.release(one)
  })
  const own = states.dtype === 'float32' ? tape.alias(sum) : tape.tensor(states.elements, states.dtype, '_to_copy')
  const loss = tape.record(
    [states],
    { before: [own] },
    () => tape.tensor(1, 'float32', 'detach'),
    (_gradient, [saved]) => [saved && tape.ledger.retain(saved)],
  )
  tape.free(own, sum, cast, ...labels, ...chunks, ...logits, states)
  return loss
}
