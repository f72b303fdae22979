import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { TITAN_CHUNKS } from './replay/loss/chunked-linear.js'

/**
 * Refuses inputs that the forward-pass model of a family does not have.
 *
 * @throws RangeError that names the option, and what to do
 * @throws TypeError for an option that has no model for images and sound
 */
export function refuseInputs({ className, program }: Architecture, options: CheckedMemoryOptions): void {
  const { targetLength, images, audioSeconds, kernels, finetuning, loss, sequenceLength } = options
  if (loss.kind === 'chunked-linear' && sequenceLength % TITAN_CHUNKS !== 0)
    throw new RangeError(
      `\`sequenceLength\` is ${sequenceLength}, but the loss chunked-linear needs a multiple of ${TITAN_CHUNKS}: torchtitan 0.3.0 stops at others`,
    )
  if (targetLength !== undefined && !program?.writes) refuseTarget(className, targetLength, options)
  if (images === 0 && audioSeconds === 0) return
  const given = images > 0 ? 'images' : 'audioSeconds'
  if (kernels !== 'torch')
    throw new TypeError(`\`${given}\`: no model for ${kernels} kernels in encoders: use those of torch`)
  if (finetuning?.tokens || finetuning?.preference)
    throw new TypeError(
      `\`${given}\` cannot be estimated with the fine-tuning type ${finetuning.type}: leave it out to estimate inputs of text only`,
    )
}

function refuseTarget(
  className: string,
  target: number,
  { finetuning, sequenceLength, loss }: CheckedMemoryOptions,
): void {
  const given = `\`targetLength\` is ${target}`
  if (!finetuning?.preference)
    throw new RangeError(
      `${given}, but ${className} is not an encoder-decoder, and no completions are learned from: leave it out`,
    )
  if (loss.kind !== 'log-probs' && !finetuning.preference.generates)
    throw new RangeError(
      `${given}, but the loss of ${finetuning.type} is computed on the logits of all tokens: leave it out`,
    )
  if (target >= sequenceLength)
    throw new RangeError(
      `${given}, but a sequence has ${sequenceLength} tokens, and its prompt at least one: give at most ${sequenceLength - 1}`,
    )
}
