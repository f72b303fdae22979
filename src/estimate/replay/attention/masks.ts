import type { Alibi } from '../../../architecture/index.js'
import type { CompleteForwardPass } from '../complete-forward-pass.js'
import type { DecoderPass } from '../decoder-pass.js'
import type { StepOptions } from '../decoder-run.js'
import type { ComputeDtype } from '../dtype.js'
import type { Tape, Tensor } from '../tape.js'

/** The masks for layers with and without a sliding window. */
export interface Masks {
  readonly full: Tensor | undefined
  readonly windowed: Tensor | undefined
}

/**
 * Eager attention adds a mask to its scores: one for layers with full attention, another for layers with a sliding window. The
 * other kernels use a boolean mask if the window is shorter than the sequence.
 */
export function masksOf({ layers, options, forward, sizes }: DecoderPass, dtype: ComputeDtype): Masks {
  const { batch, sequence } = options
  const elements = sequence * (sequence + prefixTokens(options))
  const { tape } = layers.ops
  const { masks, attention, alibi } = forward
  const { windowTokens = masks.unusedWindow } = sizes
  const isWindowed = windowTokens !== undefined
  if (sizes.heads === 0) return { full: undefined, windowed: undefined }
  if (alibi?.everyPosition) return { full: tape.tensor(batch * elements, 'bool', 'full'), windowed: undefined }
  if (options.ownMasks === 'numbers') {
    const mask = tape.tensor(batch * elements, dtype, 'clone')
    return { full: mask, windowed: isWindowed ? tape.alias(mask) : undefined }
  }
  const ofWindow = options.ownMasks === 'eachWindow' ? batch * elements : undefined
  if (isEager(options, forward) && !attention.eager.biased) {
    const mask = (count: number = sizeOf(options, forward)) => tape.tensor(count, dtype, 'where')
    const full = isWindowed && !masks.forEachKind ? undefined : mask()
    const isOfTwoKinds = isWindowed || attention.chunks !== undefined
    return { full, windowed: isOfTwoKinds ? mask(ofWindow) : undefined }
  }
  if (ofWindow !== undefined) return { full: undefined, windowed: tape.tensor(ofWindow, 'bool', 'bitwise_and') }
  if (options.ownMasks === 'eachSequence') {
    const mask = () => tape.tensor(batch * elements, 'bool', 'bitwise_or')
    return { full: mask(), windowed: isWindowed ? mask() : undefined }
  }
  if (masks.given === 'seesLater') {
    const full = tape.tensor(elements, 'bool', 'bitwise_or')
    return { full, windowed: isWindowed ? windowOnBothSides(tape, sequence) : undefined }
  }
  if (isGivenBehindPrefixes(options, forward))
    return { full: tape.tensor(sizeOf(options, forward), dtype, 'where'), windowed: undefined }
  if (hasGivenMask(options, forward)) {
    const columns = masks.given === 'prefill' ? batch + sequence + 1 : sequence
    const rows = masks.given === 'eachSequence' ? batch * sequence : sequence
    return { full: tape.tensor(rows * columns, dtype, 'triu'), windowed: undefined }
  }
  if (alibi)
    return {
      full: tape.tensor(batch * sizes.heads * elements, dtype, 'masked_fill'),
      windowed: undefined,
    }
  if (masks.given === 'narrowed') {
    const mask = tape.tensor(elements, 'bool', 'le')
    return { full: mask, windowed: isWindowed ? tape.alias(mask) : undefined }
  }
  // Behind prefixes, the first token sees others: no kernel masks that by itself (`_ignore_causal_mask_sdpa` in transformers' masking_utils.py).
  if (prefixTokens(options) > 0) {
    const mask = () => tape.tensor(elements, 'bool', 'le')
    return { full: isWindowed && !masks.forEachKind ? undefined : mask(), windowed: isWindowed ? mask() : undefined }
  }
  const isShorter = isWindowed && sequence >= windowTokens
  return { full: undefined, windowed: isShorter ? tape.tensor(elements, 'bool', 'bitwise_and') : undefined }
}

/** Elements of a mask of scores. */
function sizeOf(options: StepOptions, { masks }: CompleteForwardPass): number {
  const { batch, sequence } = options
  const square = sequence * (sequence + prefixTokens(options))
  return { forAllSequences: square + sequence, forEachSequence: batch * square, square, none: 0 }[masks.size]
}

/** How many tokens each layer has in its cache before the first of a sequence. */
export function prefixTokens({ virtualTokens }: StepOptions): number {
  return virtualTokens?.kind === 'prefixes' ? virtualTokens.weights.count : 0
}

/** Whether the code gives every kernel a mask since there are prefixes. */
export function isGivenBehindPrefixes(options: StepOptions, { masks }: CompleteForwardPass): boolean {
  return masks.givenBehindPrefixes && prefixTokens(options) > 0
}

/** Which tokens are near enough, earlier and later ones: the distances are whole numbers of eight bytes (`_bidirectional_window_overlay`). */
function windowOnBothSides(tape: Tape, sequence: number): Tensor {
  const elements = sequence * sequence
  const positions = tape.tensor(sequence, 'int64', 'arange')
  const earlier = tape.tensor(elements, 'bool', 'bitwise_and')
  const signed = tape.tensor(elements, 'int64', 'sub')
  const distances = tape.tensor(elements, 'int64', 'abs')
  tape.free(signed)
  const near = tape.tensor(elements, 'bool', 'lt')
  tape.free(distances)
  const mask = tape.tensor(elements, 'bool', 'bitwise_or')
  tape.free(earlier, near, positions)
  return mask
}

/** The tensors behind ALiBi: a mask of all tokens, and the slope of each head times each position. */
export function distancesOf(
  { layers, options, sizes }: DecoderPass,
  { maskDtype, everyPosition }: Alibi,
  dtype: ComputeDtype,
): { mask: Tensor; scaled: Tensor } {
  const { ops } = layers
  const tokens = layers.tokens + options.batch * prefixTokens(options)
  const mask = ops.tape.tensor(tokens, maskDtype, 'ones')
  const scaled = everyPosition
    ? ops.tape.tensor(everyPosition * sizes.heads, 'float32', 'mul')
    : ops.tape.tensor(tokens * sizes.heads, dtype, 'mul')
  return { mask, scaled }
}

/** Whether attention is eager, by choice or because no other kernel supports the model. */
export function isEager({ kernel }: StepOptions, { attention }: CompleteForwardPass): boolean {
  return kernel === 'eager' || attention.cappedScores || attention.eagerOnly
}

/** Whether the code gives every kernel a mask. */
export function hasGivenMask(options: StepOptions, forward: CompleteForwardPass): boolean {
  const { given } = forward.masks
  if (given === 'always' || given === 'eachSequence' || (given === 'prefill' && options.cache)) return true
  return isGivenBehindPrefixes(options, forward)
}
