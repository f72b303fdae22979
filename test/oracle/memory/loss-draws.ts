import type { MemoryOptions } from '../../../src/estimate/index.js'
import type { Random } from '../random.js'
import type { Config } from './config-draws.js'
import type { DrawnCase } from './drawn-case.js'
import { randomLora, randomRecomputation, randomSizes } from './option-draws.js'

/** Ways to compute the loss of a language model. */
const LOSSES: readonly MemoryOptions[] = [
  { loss: 'logits', lossLogits: 'float32-shifted' },
  { loss: 'logits', lossLogits: 'model' },
  { loss: 'fused' },
  { loss: 'fused', lossLogits: 'float32' },
  { loss: 'fused', lossLogits: 'model' },
  { loss: 'chunked' },
  { loss: 'chunked' },
  { loss: 'log-probs' },
]

/** Losses, of lengths that are rarely whole multiples. */
export function lossOptions(random: Random, config: Config, version: 4 | 5): DrawnCase {
  return version === 5 && random.chance(0.25) ? ligerOptions(random, config) : otherLosses(random, config)
}

/** The losses of Liger 0.8.5, which needs transformers 5, where it has them for a type of model, some with its other kernels. */
function ligerOptions(random: Random, config: Config): DrawnCase {
  const { recorder: _, options } = otherLosses(random, config)
  const { loss: _loss, lossLogits: _on, keepOutputs: _kept, ...others } = options
  const isLinear = random.chance(0.7)
  return {
    recorder: 'liger.py',
    options: {
      ...others,
      ...(isLinear ? { loss: 'fused-linear' } : { loss: 'fused', lossLogits: 'float32' }),
      ...(random.chance(0.4) && { kernels: 'liger' }),
    },
  }
}

function otherLosses(random: Random, config: Config): DrawnCase {
  const method = random.pick(['full', 'full-mixed', 'lora'] as const)
  const loss = random.pick(LOSSES)
  const keepsOutputs = loss.loss !== 'chunked' && loss.loss !== 'log-probs' && random.chance(0.25)
  const options: MemoryOptions = {
    method,
    ...sizes(random),
    ...loss,
    ...rest(random, config),
    ...(keepsOutputs && { keepOutputs: true }),
    ...(method === 'lora' && { lora: randomLora(random, config) }),
    ...(method !== 'full-mixed' && random.chance(0.25) && { autocast: true }),
    ...(random.chance(0.2) && { gradientAccumulation: 2 }),
  }
  return { recorder: 'losses.py', options }
}

/** Methods that learn from preferences, with their own losses and with those of LLaMA-Factory. */
export function preferenceOptions(random: Random, config: Config): DrawnCase {
  const finetuningType = random.pick(['dpo', 'cdpo', 'ipo', 'kto', 'kto', 'orpo', 'orpo', 'rrhf'] as const)
  const asks = finetuningType !== 'orpo' && finetuningType !== 'rrhf'
  const isOfLogits = random.chance(0.3)
  const { batchSize = 1, sequenceLength = 32 } = sizes(random)
  const options: MemoryOptions = {
    finetuningType,
    batchSize: Math.min(batchSize, 2),
    sequenceLength,
    ...rest(random, config),
    ...(isOfLogits && { loss: 'logits' }),
    ...(asks && !isOfLogits && random.chance(0.4) && { targetLength: 1 + random.below(sequenceLength - 1) }),
    ...(asks && random.chance(0.25) && { referenceModel: false }),
    ...(random.chance(0.5) && { lora: randomLora(random, config) }),
    ...(random.chance(0.25) && { autocast: true }),
    ...(random.chance(0.2) && { gradientAccumulation: 2 }),
  }
  return { recorder: 'losses.py', options }
}

const sizes = (random: Random): MemoryOptions =>
  random.chance(0.3) ? { batchSize: 1, sequenceLength: 3 + random.below(40) } : randomSizes(random)

/** The loss of routers has draws of its own. */
function rest(random: Random, config: Config): MemoryOptions {
  return {
    ...(config['output_router_logits'] === true && { outputRouterLogits: false }),
    ...randomRecomputation(random, random.chance(0.4)),
    optimizer: 'adamw',
    optimizerStep: random.pick(['fused', 'foreach'] as const),
    ...(random.chance(0.2) && { attention: random.pick(['eager', 'efficient'] as const) }),
  }
}
