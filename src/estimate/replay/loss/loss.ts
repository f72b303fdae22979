import { gathered } from '../division.js'
import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { fusedEntropy } from './fused-losses.js'

/** How the loss is computed. */
export const LOSSES = ['logits', 'fused', 'chunked', 'chunked-linear', 'fused-linear', 'log-probs'] as const

/** The losses that compute head and loss in one, so that not all logits exist at the same time. */
export const WITH_HEAD: readonly string[] = ['chunked', 'chunked-linear', 'fused-linear', 'log-probs']

/** One {@link LOSSES}. */
export type Loss = (typeof LOSSES)[number]

/** What the loss is computed on: the logits in float32, shifted by copying them, gathered from ranks that share the vocabulary, or as they are. */
export const LOSS_LOGITS = ['float32', 'float32-shifted', 'float32-gathered', 'model'] as const

/** One {@link LOSS_LOGITS}. */
export type LossLogits = (typeof LOSS_LOGITS)[number]

/** A loss, and what it is computed on. Methods that learn from preferences have losses of their own. */
export interface LossKind {
  readonly kind: Loss | 'log-probs-of-logits' | 'log-probs-and-entropy'
  readonly logits: LossLogits
}

/** A micro-batch and its loss. */
interface CausalLoss {
  readonly batch: number
  readonly sequence: number
  /** How many tokens there are, of which logits may be a share. Default: as many as logits of each token. */
  readonly vocabulary?: number
  readonly kind: LossKind
  /** Whether the logits are computed from the output of the head, in the code that casts them. */
  readonly isDerived: boolean
  /** Whether the code of the class shifts the logits. */
  readonly shifts?: boolean
  /** Whether the loss has a term of the largest logit of each token. */
  readonly addsLargest?: boolean
  /** The dtype of the logits that the model returns, if they are cast. */
  readonly castsBack?: ComputeDtype | undefined
  /** Whether it casts them, which leaves nothing but the copy. */
  readonly casts?: boolean
  /** Each receives the logits that the output of the model holds. */
  readonly kept?: readonly Tensor[][]
}

/**
 * The loss of a causal language model as transformers computes it (`ForCausalLMLoss`): logits in float32, labels shifted
 * by one, the mean cross entropy. Frees the logits.
 *
 * With a large vocabulary this is the peak: the bfloat16 logits, their float32 copy, its log-softmax and the gradients of both
 * are live at the same time. A fused kernel needs only its input, over which it writes the gradient.
 */
export function causalLoss(
  layers: Layers,
  logits: Tensor,
  {
    batch,
    sequence,
    vocabulary = logits.elements / layers.tokens,
    kind,
    isDerived,
    shifts = false,
    casts = false,
    addsLargest = false,
    castsBack,
    kept = [],
  }: CausalLoss,
): Tensor {
  const { ops } = layers
  const { tape } = ops
  if (kind.logits === 'float32-gathered') return gatheredLoss(layers, logits, { vocabulary, kept })
  const wide = kind.logits === 'model' ? tape.alias(logits) : ops.to(logits, 'float32')
  // Before 4.49 transformers copied the logits without those of the last token. Code that derives the logits has cast them
  // itself, so that nothing else keeps the first ones.
  const isShifted = kind.logits === 'float32-shifted' || shifts
  const isReplaced = (isShifted && isDerived) || casts
  if (isReplaced) tape.free(logits)
  const shifted = isShifted ? shiftedCopy(layers, wide, { batch, sequence }) : tape.alias(wide)
  const padded = tape.tensor(isShifted ? 0 : batch * (sequence + 1), 'int64', 'constant_pad_nd')
  const labelled = batch * (isShifted ? Math.max(sequence - 1, 1) : sequence)
  const labels = batch > 1 ? tape.tensor(labelled, 'int64', 'clone') : tape.alias(padded)
  const largest = addsLargest ? largestOf(layers, shifted, labelled) : undefined
  const isOfShares = layers.division?.shares !== undefined
  const own =
    kind.kind === 'fused'
      ? fusedEntropy(layers, shifted, labelled)
      : (isOfShares ? entropyOfShares : entropy)(layers, shifted, labels)
  const loss = largest ? ops.add(own, largest[0]) : own
  if (largest) tape.free(own, ...largest)
  const returned = castsBack ? ops.to(wide, castsBack) : tape.alias(isReplaced ? wide : logits)
  for (const list of kept) list.push(tape.alias(returned))
  if (!isReplaced) tape.free(logits)
  tape.free(returned)
  tape.free(shifted, wide, padded, labels)
  return loss
}

/**
 * The loss of the logits of the whole vocabulary, which is gathered in float32 (`MaskedCrossEntropy` of NeMo Automodel 0.7.0). It gets its labels from
 * outside. Frees the logits.
 */
function gatheredLoss(
  layers: Layers,
  logits: Tensor,
  { vocabulary, kept }: Required<Pick<CausalLoss, 'vocabulary' | 'kept'>>,
): Tensor {
  const { ops, tokens } = layers
  const { tape } = ops
  const wide = ops.to(logits, 'float32')
  const whole = gathered({ tape, ops }, wide, tokens * vocabulary, layers.division?.ranks ?? 1)
  const sum = entropy(layers, whole)
  tape.free(whole)
  const loss = ops.scale(sum)
  tape.free(sum)
  for (const list of kept) list.push(tape.alias(logits))
  tape.free(logits)
  return loss
}

/**
 * A number made of the squares of the largest logit of each token, and the squares, which the code names. Backward puts their gradient into zeros
 * as large as the logits.
 */
function largestOf({ ops }: Layers, logits: Tensor, rows: number): readonly [Tensor, Tensor] {
  const { tape } = ops
  const indices = tape.tensor(rows, 'int64', 'max')
  const values = tape.record(
    [logits],
    { before: [indices] },
    () => tape.tensor(rows, logits.dtype, 'max'),
    () => [ops.gradient(logits.elements, logits.dtype, 'scatter')],
  )
  tape.free(indices)
  const squares = ops.pow(values)
  const mean = ops.mean(squares, 1)
  const scaled = ops.scale(mean)
  tape.free(values, mean)
  return [scaled, squares]
}

/** The logits without those of the last token of each sequence, contiguous: those of a single sequence are, without a copy. */
function shiftedCopy(
  { ops }: Layers,
  wide: Tensor,
  { batch, sequence }: Pick<CausalLoss, 'batch' | 'sequence'>,
): Tensor {
  const { tape } = ops
  const elements = (wide.elements / (batch * sequence)) * batch * Math.max(sequence - 1, 1)
  const part = ops.slice(wide, elements)
  if (batch === 1) return part
  const copy = ops.contiguous(part)
  tape.free(part)
  return copy
}

/**
 * The mean cross entropy in two operations. CUDA's autocast computes the second in float32: `cross_entropy_loss` asks for the log-softmax in the
 * dtype of the logits, so that autocast leaves it alone (torch's LossNLL.cpp and autocast_mode.h; so it was on an H100 with torch 2.11).
 */
export function entropy({ ops, autocast }: Layers, logits: Tensor, labels?: Tensor): Tensor {
  const { tape } = ops
  const logSoftmax = tape.record(
    [logits],
    { after: (output) => [output.storage] },
    () => tape.tensor(logits.elements, logits.dtype, '_log_softmax'),
    () => [ops.gradient(logits.elements, logits.dtype, '_log_softmax_backward_data')],
  )
  const wide = autocast ? ops.to(logSoftmax, 'float32') : tape.alias(logSoftmax)
  tape.free(logSoftmax)
  const total = tape.ledger.allocate(DTYPE_BYTES[wide.dtype])
  const loss = tape.record(
    [wide],
    { before: [wide, ...(labels ? [labels] : [])], after: () => [total] },
    () => tape.tensor(1, wide.dtype, 'nll_loss_forward'),
    () => [ops.gradient(wide.elements, wide.dtype, 'nll_loss_backward')],
  )
  tape.ledger.release(total)
  tape.free(wide)
  return loss
}

/**
 * The mean cross entropy of logits of a share of the vocabulary (torch's `loss_parallel`, `tensor/parallel/loss.py` of 2.15). The backward of the
 * second operation makes zeros, probabilities and their sum, and their product with the gradient; that of the first one does nothing.
 */
function entropyOfShares({ ops, tokens }: Layers, logits: Tensor, labels: Tensor): Tensor {
  const { tape } = ops
  const { elements, dtype } = logits
  const made = (name: string): Tensor => tape.tensor(elements, dtype, name)
  const logSoftmax = tape.record(
    [logits],
    { after: (output) => [output.storage] },
    () => {
      // The largest logit of each token, the sum of its powers, and the logarithm of that.
      const largest = tape.tensor(tokens, dtype, 'all_reduce')
      const centred = made('sub')
      tape.free(made('exp'))
      const sums = tape.tensor(2 * tokens, dtype, 'log')
      const output = made('sub')
      tape.free(centred, largest, sums)
      return output
    },
    (gradient) => [tape.ledger.retain(gradient)],
  )
  const total = tape.ledger.allocate(DTYPE_BYTES[dtype])
  const loss = tape.record(
    [logSoftmax],
    { before: [logSoftmax, labels], after: () => [total] },
    () => tape.tensor(1, dtype, 'nll_loss_forward'),
    () => {
      // The classes, those of the rank, which they are, their number, and what each adds.
      const perToken = tape.ledger.allocate(
        tokens * (2 * DTYPE_BYTES.int64 + 1 + DTYPE_BYTES.int64 + 2 * DTYPE_BYTES[dtype]),
      )
      const zeros = ops.gradient(elements, dtype, 'zeros_like')
      const probabilities = ops.gradient(elements, dtype, 'exp')
      const sum = ops.gradient(elements, dtype, 'add')
      tape.ledger.release(probabilities)
      const product = ops.gradient(elements, dtype, 'mul')
      for (const one of [sum, zeros, perToken]) tape.ledger.release(one)
      return [product]
    },
  )
  tape.ledger.release(total)
  tape.free(logSoftmax)
  return loss
}

/** The mean of what logits and labels that are numbers differ by, in float32 under autocast. */
export function errorOfNumbers({ ops, autocast }: Layers, logits: Tensor, name: string): Tensor {
  const { tape } = ops
  const wide = autocast ? ops.to(logits, 'float32') : tape.alias(logits)
  const loss = tape.record(
    [wide],
    { before: [wide] },
    () => tape.tensor(1, wide.dtype, name),
    () => [ops.gradient(wide.elements, wide.dtype, `${name}_backward`)],
  )
  tape.free(wide)
  return loss
}
