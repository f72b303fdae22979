import { DTYPE_BYTES } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/** Rows of a tile of logits, and its width (`TOKEN_CHUNK_SIZE` and `_CHUNKED_LOGPROB_CHUNK_SIZE` of TRL 1.16). */
const TILE_ROWS = 4096
const TILE_COLUMNS = 32_768

/** A micro-batch. */
interface Sequences {
  readonly batch: number
  readonly sequence: number
  /** The last tokens of each, which have log-probabilities. Default: all but the first. */
  readonly completion?: number | undefined
}

/**
 * The log-probability of each token, from the last hidden states: TRL's fused head (`add_fused_lm_head` and `ChunkedLogProbFunction`
 * of TRL 1.16). Logits exist only in tiles. Backward computes the tiles again, and sums the gradients of hidden states and head in
 * float32. Where Triton runs, only the tokens of completions are computed. The caller keeps the hidden states.
 */
export function logProbs(layers: Layers, head: string, hidden: Tensor, sizes: Sequences): Tensor {
  const { ops, weights } = layers
  const { tape } = ops
  const shifted = Math.max(sizes.sequence - 1, 1)
  const [all, rows] = [sizes.batch * shifted, sizes.batch * Math.min(sizes.completion ?? shifted, shifted)]
  const features = hidden.elements / (sizes.batch * sizes.sequence)
  const weight = weights.get(`${head}.weight`)
  if (weight.grad?.kind === 'leaf') weight.grad.addsInPlace = true
  const bias = weights.find(`${head}.bias`)
  const mask = tape.tensor(all, 'bool', 'ne')
  const sliced = ops.slice(hidden, all * features)
  const chosen = ops.index(sliced, rows * features, mask)
  const targets = tape.tensor(rows, 'int64', 'index')
  const dtype = layers.autocast ? layers.half : chosen.dtype
  const tile = () => tape.tensor(Math.min(rows, TILE_ROWS) * TILE_COLUMNS, dtype, 'mm')
  const entropy = tape.tensor(rows, 'float32', 'log')
  const perToken = tape.record(
    [chosen, weight, bias],
    { before: [chosen, targets, entropy] },
    () => {
      // Maxima, sums and the logits of the targets, one float32 each.
      const statistics = tape.tensor(7 * rows, 'float32', 'full')
      const buffer = tile()
      const made = tape.tensor(rows, 'float32', 'sub')
      tape.free(statistics, buffer)
      return made
    },
    () => {
      const wide = (of: Tensor) => ops.gradient(of.elements, 'float32', 'zeros')
      const [forHidden, forWeight] = [chosen.grad && wide(chosen), weight.grad && wide(weight)]
      const forBias = bias?.grad && wide(bias)
      const buffer = tile()
      const narrow = (of: Tensor, made: ReturnType<typeof wide> | undefined) =>
        made && (of.dtype === 'float32' ? tape.ledger.retain(made) : ops.gradient(of.elements, of.dtype, '_to_copy'))
      const gradients = [narrow(chosen, forHidden), narrow(weight, forWeight), bias && narrow(bias, forBias)]
      tape.free(buffer)
      for (const made of [forHidden, forWeight, forBias]) if (made) tape.ledger.release(made)
      return gradients
    },
  )
  tape.free(mask, sliced, chosen, targets, entropy)
  return perToken
}

/** The loss of log-probabilities: sums, differences, a sigmoid. It needs a few bytes for each token. Frees its input. */
export function preferenceLoss({ ops }: Pick<Layers, 'ops'>, perToken: Tensor): Tensor {
  const loss = ops.tape.record(
    [perToken],
    {},
    () => ops.tape.tensor(1, 'float32', 'mean'),
    () => [ops.gradient(perToken.elements, 'float32', 'expand')],
  )
  ops.tape.free(perToken)
  return loss
}

/**
 * The loss of log-probabilities from the logits of all tokens but the last, in float32 (`get_batch_logps` of LLaMA-Factory 0.9.5,
 * `train/trainer_utils.py`): a log-softmax, of which one value for each token is gathered. CUDA makes its input contiguous first
 * (`host_softmax` in torch's `SoftMax.cu`). The float32 logits are returned too, for metrics. Frees the logits.
 */
export function logProbsOfLogits(
  { ops }: Layers,
  logits: Tensor,
  { batch, sequence, returned }: Sequences & { readonly returned: Tensor[] },
): Tensor {
  const { tape } = ops
  const wide = ops.to(logits, 'float32')
  tape.free(logits)
  const rows = batch * Math.max(sequence - 1, 1)
  const elements = (wide.elements / (batch * sequence)) * rows
  const part = ops.slice(wide, elements)
  returned.push(wide)
  const logSoftmax = tape.record(
    [part],
    { after: (output) => [output.storage] },
    () => {
      const made = tape.tensor(elements, 'float32', '_log_softmax')
      tape.ledger.observe('_log_softmax', batch > 1 ? elements * DTYPE_BYTES.float32 : 0)
      return made
    },
    () => [ops.gradient(elements, 'float32', '_log_softmax_backward_data')],
  )
  const labels = tape.tensor(rows, 'int64', 'clone')
  const perToken = tape.record(
    [logSoftmax],
    { before: [labels] },
    () => tape.tensor(rows, 'float32', 'gather'),
    () => [ops.gradient(elements, 'float32', 'new_zeros')],
  )
  tape.free(part, logSoftmax, labels)
  return preferenceLoss({ ops }, perToken)
}

/**
 * The log-probabilities from all logits by TRL's kernel, and a cross entropy of the first half of the sequences, as ORPO computes them
 * (`concatenated_forward` of TRL 1.16, `experimental/orpo`). The kernel saves the logits; the cross entropy keeps a log-softmax of a
 * copy in their dtype: float32 under autocast, since accelerate casts what a prepared model returns (`convert_outputs_to_fp32`,
 * accelerate 1.15, `utils/operations.py`). Frees the logits.
 */
export function logProbsAndEntropy({ ops, tokens, autocast }: Layers, returned: Tensor): Tensor {
  const { tape } = ops
  const logits = autocast ? ops.to(returned, 'float32') : tape.alias(returned)
  tape.free(returned)
  if (logits.grad) logits.grad.addsInPlace = true
  const half = ops.slice(logits, logits.elements / 2)
  const copy = ops.contiguous(half)
  tape.free(half)
  const logSoftmax = tape.record(
    [copy],
    { after: (output) => [output.storage] },
    () => tape.tensor(copy.elements, copy.dtype, '_log_softmax'),
    () => [ops.gradient(copy.elements, copy.dtype, '_log_softmax_backward_data')],
  )
  const entropy = tape.record(
    [logSoftmax],
    { before: [logSoftmax] },
    () => tape.tensor(1, 'float32', 'nll_loss_forward'),
    () => [ops.gradient(copy.elements, copy.dtype, 'nll_loss_backward')],
  )
  tape.free(logSoftmax, copy)
  const perToken = tape.record(
    [logits],
    { before: [logits] },
    () => tape.tensor(2 * tokens, 'float32', '_fused_logprob_entropy'),
    () => [ops.gradient(logits.elements, logits.dtype, '_fused_logprob_entropy')],
  )
  const loss = ops.add(entropy, preferenceLoss({ ops }, perToken))
  tape.free(entropy, logits)
  return loss
}
