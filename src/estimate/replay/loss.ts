import type { Layers } from './layers.js'
import type { Tensor } from './tape.js'

/**
 * The loss of a causal language model as transformers computes it (`ForCausalLMLoss`): logits in float32, labels shifted
 * by one, the mean cross entropy. The caller keeps the logits.
 *
 * With a large vocabulary this is the peak: the bfloat16 logits, their float32 copy, its log-softmax and the gradients of both
 * are live at the same time.
 */
export function causalLoss({ ops }: Layers, logits: Tensor, batch: number, sequence: number): Tensor {
  const { tape } = ops
  const wide = ops.to(logits, 'float32')
  const padded = tape.tensor(batch * (sequence + 1), 'int64', 'constant_pad_nd')
  const labels = batch > 1 ? tape.tensor(batch * sequence, 'int64', 'clone') : tape.alias(padded)
  const logSoftmax = tape.record(
    [wide],
    { after: (output) => [output.storage] },
    () => tape.tensor(wide.elements, 'float32', '_log_softmax'),
    () => [ops.gradient(wide.elements, 'float32', '_log_softmax_backward_data')],
  )
  const total = tape.ledger.allocate(4)
  const loss = tape.record(
    [logSoftmax],
    { before: [logSoftmax, labels], after: () => [total] },
    () => tape.tensor(1, 'float32', 'nll_loss_forward'),
    () => [ops.gradient(wide.elements, 'float32', 'nll_loss_backward')],
  )
  tape.ledger.release(total)
  tape.free(logSoftmax, wide, padded, labels)
  return loss
}
