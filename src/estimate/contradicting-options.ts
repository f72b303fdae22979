import type { FinetuningRun } from './finetuning-run.js'
import type { MemoryOptions } from './memory-options.js'
import type { Method } from './methods.js'
import { hasNarrowStates, hasSeveralSteps } from './optimizers.js'
import { refusedPreferences } from './refused-preferences.js'
import { type Loss, WITH_HEAD } from './replay/loss/loss.js'

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
      `\`quantization\` is "${stored}", but the ${options.finetuningType ? `fine-tuning type ${options.finetuningType}` : `method ${method}`} trains the weights; use lora or qlora`,
    )
  }
  if (method === 'qlora' && stored === 'none') {
    throw new TypeError('`quantization` is "none" with the method qlora; use the method lora')
  }
  if (options.quantizeExperts && stored !== 'nf4' && stored !== 'nf4-double') {
    throw new TypeError(
      `\`quantizeExperts\` packs experts by bitsandbytes in 4 bits, but \`quantization\` is "${stored}": pass 'nf4' or 'nf4-double', or leave it out`,
    )
  }
  const isWide = precision === 'float32' || dtype === 'float32'
  if (isWide && trains !== 'nothing' && stored !== 'none') {
    throw new TypeError(
      `\`precision\` is "float32", but the weights are in ${stored}; for what is not packed pass \`prepareForKbitTraining\``,
    )
  }
  if (isWide && trains !== 'nothing' && weights !== 'float32' && options.attention === 'flash' && !options.autocast) {
    throw new TypeError('`attention` is "flash", which needs 16 bits: pass `autocast`, or another kernel for float32')
  }
  if (weights === 'float32' && options.autocast === false) {
    throw new TypeError('`autocast` is false, but the method full-mixed is float32 weights under autocast')
  }
  if (options.optimizerStep === 'in-backward' && (options.gradientAccumulation ?? 1) > 1) {
    throw new TypeError('`optimizerStep` is "in-backward", which frees each gradient at once: it cannot be accumulated')
  }
  if (options.optimizerStep === 'in-backward' && options.sharding?.strategy.startsWith('zero')) {
    throw new TypeError(
      '`optimizerStep` is "in-backward", but the engine of DeepSpeed steps once backward is done: pass \'fused\', or another strategy than ZeRO',
    )
  }
  if (trains !== 'nothing' && options.recompute === 'selective' && options.reentrant) {
    throw new TypeError(
      '`recompute` is "selective", which torch does with non-reentrant checkpointing alone: pass `reentrant: false`',
    )
  }
  if (options.layout?.sequenceParallel && (options.layout.tensor ?? 1) === 1) {
    throw new TypeError('`layout.sequenceParallel` needs tensor-parallel ranks: pass `layout.tensor`')
  }
  if (options.lossLogits === 'float32-gathered' && !options.layout?.sequenceParallel) {
    throw new TypeError(
      '`lossLogits` is "float32-gathered", but no ranks share the vocabulary: pass `layout.sequenceParallel`, or another choice',
    )
  }
  const { optimizer = 'adamw', optimizerStep } = options
  if (optimizerStep !== undefined && optimizerStep !== 'in-backward' && !hasSeveralSteps(optimizer)) {
    throw new TypeError(
      `\`optimizerStep\` is "${optimizerStep}", an implementation in torch; ${optimizer} has only one`,
    )
  }
  if (options.wideEmbeddingStates && !hasNarrowStates(optimizer)) {
    throw new TypeError(`\`wideEmbeddingStates\` has no meaning with ${optimizer}, whose states have no 8 bits`)
  }
  if (options.lossLogits !== undefined && hasHead(options.loss)) {
    throw new TypeError(
      `\`lossLogits\` has no meaning with the loss ${options.loss}, whose logits have a dtype of their own`,
    )
  }
  if (options.keepOutputs && options.loss !== 'chunked' && hasHead(options.loss)) {
    throw new TypeError(
      `\`keepOutputs\` has no meaning with the loss ${options.loss}, which has no logits of all tokens`,
    )
  }
}

/**
 * Refuses options that a fine-tuning type cannot have.
 *
 * @throws TypeError that names the option
 */
export function refuseBesideType(options: MemoryOptions, run: FinetuningRun): void {
  const { type, preference, tokens, part } = run
  if (preference) {
    const [stray] = (['lossLogits', 'keepOutputs'] as const).filter((name) => options[name] !== undefined)
    if (stray !== undefined)
      throw new TypeError(`\`${stray}\` has no meaning with the fine-tuning type ${type}, which has a loss of its own`)
    if (options.loss !== undefined && options.loss !== 'logits')
      throw new TypeError(
        `\`loss\` is "${options.loss}", but the fine-tuning type ${type} has a loss of its own: leave it out, or pass "logits" for log-probabilities from all logits`,
      )
  }
  if (tokens === 'prefixes' && (options.recompute ?? 'none') !== 'none')
    throw new TypeError(`\`recompute\` should be "none" with the fine-tuning type ${type}: PEFT refuses checkpointing`)
  if (tokens === 'prefixes' && options.gradientCheckpointing)
    throw new TypeError(
      `\`gradientCheckpointing\` should be false with the fine-tuning type ${type}: PEFT refuses it together with prefixes`,
    )
  const { tensor = 1, pipeline = 1, context = 1, expert = 1, sequenceParallel = false } = options.layout ?? {}
  const refused = refusedPreferences(run, options.layout ?? {})
  if (refused) throw new TypeError(refused)
  if (tensor * pipeline * context * expert > 1 && tokens)
    throw new TypeError(`\`layout\` cannot be estimated with the fine-tuning type ${type}: use \`sharding\``)
  if ((expert > 1 || sequenceParallel) && part)
    throw new TypeError(
      `\`layout\` cannot be estimated with the fine-tuning type ${type} beside \`expert\` and \`sequenceParallel\`: use \`tensor\`, \`context\` or \`sharding\``,
    )
}

function hasHead(loss: Loss | undefined): boolean {
  return loss !== undefined && WITH_HEAD.includes(loss)
}
