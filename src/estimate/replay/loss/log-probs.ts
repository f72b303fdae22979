import { DTYPE_BYTES } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { entropy } from './loss.js'

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
  const stored = weights.get(`${head}.weight`)
  if (stored.grad?.kind === 'leaf') stored.grad.addsInPlace = true
  const weight = wholeWeight(layers, head, stored)
  const bias = weights.find(`${head}.bias`)
  const mask = tape.tensor(all, 'bool', 'ne')
  const sliced = ops.slice(hidden, all * features)
  const chosen = ops.index(sliced, rows * features, mask)
  const targets = tape.tensor(rows, 'int64', 'index')
  const dtype = layers.autocast ? layers.half : chosen.dtype
  const vocabulary = weight.elements / features
  const tile = () => tape.tensor(Math.min(rows, TILE_ROWS) * TILE_COLUMNS, dtype, 'mm')
  const entropy = tape.tensor(rows, 'float32', 'log')
  /** What the loops cast: a chunk of states, and of the head. Where the code names a chunk, it lives until the next one is made. */
  const casts = (namesHead: boolean): readonly Tensor[] => {
    let [states, part]: (Tensor | undefined)[] = []
    const replaced = (old: Tensor | undefined, made: Tensor): Tensor => {
      if (old) tape.free(old)
      return made
    }
    for (const count of chunkSizes(rows, TILE_ROWS)) {
      if (chosen.dtype !== dtype) states = replaced(states, tape.tensor(count * features, dtype, '_to_copy'))
      for (const columns of chunkSizes(vocabulary, TILE_COLUMNS)) {
        if (weight.dtype === dtype) continue
        part = replaced(part, tape.tensor(columns * features, dtype, '_to_copy'))
        if (namesHead) continue
        tape.free(part)
        part = undefined
      }
    }
    return [states, part].filter((one) => one !== undefined)
  }
  const perToken = tape.record(
    [chosen, weight, bias],
    { before: [chosen, weight, targets, entropy] },
    () => {
      // Maxima, sums and the logits of the targets, one float32 each.
      const statistics = tape.tensor(7 * rows, 'float32', 'full')
      const buffer = tile()
      const named = casts(false)
      const made = tape.tensor(rows, 'float32', 'sub')
      tape.free(statistics, buffer, ...named)
      return made
    },
    () => {
      const wide = (of: Tensor) => ops.gradient(of.elements, 'float32', 'zeros')
      const [forHidden, forWeight] = [chosen.grad && wide(chosen), weight.grad && wide(weight)]
      const forBias = bias?.grad && wide(bias)
      const buffer = tile()
      const named = casts(true)
      const narrow = (of: Tensor, made: ReturnType<typeof wide> | undefined) =>
        made && (of.dtype === 'float32' ? tape.ledger.retain(made) : ops.gradient(of.elements, of.dtype, '_to_copy'))
      const gradients = [narrow(chosen, forHidden), narrow(weight, forWeight), bias && narrow(bias, forBias)]
      tape.free(buffer, ...named)
      for (const made of [forHidden, forWeight, forBias]) if (made) tape.ledger.release(made)
      return gradients
    },
  )
  tape.free(mask, sliced, chosen, targets, entropy, weight)
  return perToken
}

/** The weight of a head that ranks divide, which is gathered (`full_tensor` in `_fused_forward` of TRL 1.16); others as they are. */
function wholeWeight({ ops, division }: Layers, head: string, weight: Tensor): Tensor {
  const { tape } = ops
  if (!division?.wayOf(head)) return tape.alias(weight)
  return tape.record(
    [weight],
    {},
    () => tape.tensor(weight.elements * division.ranks, weight.dtype, 'all_gather'),
    () => [ops.gradient(weight.elements, weight.dtype, 'clone')],
  )
}

/** The sizes of chunks, but for whole ones behind the second. */
function chunkSizes(count: number, size: number): number[] {
  const whole = Math.floor(count / size)
  const rest = count - whole * size
  return [...Array.from({ length: Math.min(whole, 2) }, () => size), ...(rest > 0 ? [rest] : [])]
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
  const labels = tape.tensor(rows, 'int64', 'clone')
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
export function logProbsAndEntropy(
  layers: Layers,
  returned: Tensor,
  { batch, sequence }: Omit<Sequences, 'completion'>,
): Tensor {
  const { ops, autocast } = layers
  const { tape } = ops
  const logits = autocast ? ops.to(returned, 'float32') : tape.alias(returned)
  tape.free(returned)
  if (logits.grad) logits.grad.addsInPlace = true
  const ofToken = logits.elements / (batch * sequence)
  const rows = batch * Math.max(sequence - 1, 1)
  const labels = tape.tensor(batch * sequence, 'int64', 'where')
  const half = ops.slice(logits, logits.elements / 2)
  const part = ops.slice(half, (ofToken * rows) / 2)
  tape.free(half)
  // Those of a single sequence are next to each other.
  const isCopied = batch > 2
  const chosen = isCopied ? ops.contiguous(part) : tape.alias(part)
  const chosenLabels = isCopied ? tape.tensor(rows / 2, 'int64', 'clone') : tape.alias(labels)
  tape.free(part)
  const likelihood = entropy(layers, chosen, chosenLabels)
  tape.free(chosen, chosenLabels)
  const others = ops.slice(logits, ofToken * rows)
  const index = tape.tensor(rows, 'int64', 'where')
  const [logZ, expected] = [tape.tensor(rows, 'float32', 'empty_like'), tape.tensor(rows, 'float32', 'empty_like')]
  const entropies = tape.tensor(rows, 'float32', 'empty_like')
  const perToken = tape.record(
    [others],
    { before: [others, index, logZ, expected] },
    () => tape.tensor(rows, 'float32', '_fused_logprob_entropy'),
    () => [ops.gradient(others.elements, others.dtype, '_fused_logprob_entropy')],
  )
  tape.free(others, index, logZ, expected, entropies)
  const loss = ops.add(likelihood, preferenceLoss({ ops }, perToken))
  tape.free(likelihood, logits, labels)
  return loss
}
