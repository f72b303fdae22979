import type { MemoryOptions } from './memory-options.js'
import type { Method } from './methods.js'
import { hasSeveralSteps } from './optimizers.js'

/**
 * Refuses options that a run cannot have together.
 *
 * @throws TypeError that names the options
 */
export function refuseContradictions(options: MemoryOptions, { trains, weights, quantization }: Method): void {
  const { method = 'full', precision, dtype } = options
  if (precision !== undefined && dtype !== undefined && precision !== dtype) {
    throw new TypeError(
      `\`precision\` is "${precision}" and \`dtype\` is "${dtype}": they are the same option, so pass only one of them`,
    )
  }
  const stored = options.quantization ?? quantization
  if (trains === 'nothing' && stored !== 'none') {
    throw new TypeError(
      `\`quantization\` is "${stored}", that of frozen weights in training; for inference pass \`precision\``,
    )
  }
  if (trains === 'weights' && stored !== 'none') {
    throw new TypeError(
      `\`quantization\` is "${stored}", but the method ${method} trains the weights; use lora or qlora`,
    )
  }
  if (method === 'qlora' && stored === 'none') {
    throw new TypeError('`quantization` is "none" with the method qlora; use the method lora')
  }
  if (weights === 'float32' && options.autocast === false) {
    throw new TypeError('`autocast` is false, but the method full-mixed is float32 weights under autocast')
  }
  if (options.optimizerStep === 'in-backward' && (options.gradientAccumulation ?? 1) > 1) {
    throw new TypeError('`optimizerStep` is "in-backward", which frees each gradient at once: it cannot be accumulated')
  }
  const { optimizer = 'adamw', optimizerStep } = options
  if (optimizerStep !== undefined && optimizerStep !== 'in-backward' && !hasSeveralSteps(optimizer)) {
    throw new TypeError(
      `\`optimizerStep\` is "${optimizerStep}", an implementation in torch; ${optimizer} has only one`,
    )
  }
  if (options.lossLogits !== undefined && (options.loss === 'chunked' || options.loss === 'fused-linear')) {
    throw new TypeError(
      `\`lossLogits\` has no meaning with the loss ${options.loss}, which has no logits of all tokens`,
    )
  }
  if (options.keepOutputs && (options.loss === 'chunked' || options.loss === 'fused-linear')) {
    throw new TypeError(
      `\`keepOutputs\` has no meaning with the loss ${options.loss}, which has no logits of all tokens`,
    )
  }
}
