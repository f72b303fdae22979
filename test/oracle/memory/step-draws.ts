import type { LoraOptions, MemoryOptions } from '../../../src/estimate/index.js'
import type { Random } from '../random.js'
import type { Config } from './config-draws.js'
import type { DrawnCase } from './drawn-case.js'
import { randomLora, randomRecomputation, randomSizes } from './option-draws.js'

/** Short sequences, so that the step of the optimizer is often the peak. */
const fewTokens = (random: Random): MemoryOptions =>
  random.chance(0.6) ? { batchSize: 1, sequenceLength: 2 + random.below(14) } : randomSizes(random)

/** Optimizers of all libraries, with how they step. */
export function optimizerOptions(random: Random, config: Config, version: 4 | 5): DrawnCase {
  const optimizer = random.pick([
    'adamw-8bit',
    'adamw-8bit-paged',
    'lion-8bit',
    'lion-32bit',
    'lion',
    'adafactor',
    'muon',
    'adamw',
  ] as const)
  const isNarrow = optimizer.includes('8bit')
  const steps = optimizer === 'adamw' || optimizer === 'muon' ? (['foreach', 'fused', 'for-loop'] as const) : []
  const inBackward = optimizer !== 'muon' && random.chance(0.2)
  const method = random.pick(isNarrow ? (['full', 'lora'] as const) : (['full', 'full-mixed', 'lora'] as const))
  const options: MemoryOptions = {
    method,
    ...fewTokens(random),
    ...randomRecomputation(random, random.chance(0.3)),
    optimizer,
    ...(inBackward ? { optimizerStep: 'in-backward' } : steps.length > 0 && { optimizerStep: random.pick(steps) }),
    ...(isNarrow && random.chance(0.5) && { wideEmbeddingStates: true }),
    ...(method === 'lora' && adapterOptions(random, config, version)),
    ...(!inBackward && random.chance(0.2) && { gradientAccumulation: 2 }),
  }
  return { recorder: decoderRecorder(version), options: withInputGradients(options, version) }
}

/** Adapters with all that PEFT's `LoraConfig` has, in each dtype. */
export function peftOptions(random: Random, config: Config, version: 4 | 5): DrawnCase {
  const options: MemoryOptions = {
    method: 'lora',
    ...randomSizes(random),
    ...randomRecomputation(random, random.chance(0.4)),
    optimizer: 'adamw',
    optimizerStep: random.pick(['fused', 'foreach'] as const),
    ...adapterOptions(random, config, version),
    ...(random.chance(0.3) && { dtype: random.pick(['float16', 'float32'] as const) }),
    ...(random.chance(0.2) && { outputRouterLogits: random.chance(0.7) }),
  }
  return { recorder: decoderRecorder(version), options: withInputGradients(options, version) }
}

function adapterOptions(random: Random, config: Config, version: 4 | 5): MemoryOptions {
  const lora = randomLora(random, config)
  const names = Array.isArray(lora.targetModules) ? lora.targetModules : []
  const more: Partial<LoraOptions> = {
    ...(names.length > 0 && random.chance(0.3) && { alphaPattern: { [random.pick(names)]: 4 } }),
    ...(lora.layersToTransform !== undefined && random.chance(0.5) && { layersPattern: ['layers', 'h', 'blocks'] }),
    ...(version === 5 && random.chance(0.2) && !lora.useDora && !lora.loraDropout
      ? { targetParameters: [random.pick(['mlp.experts.gate_up_proj', 'mlp.experts.down_proj', 'q_proj.weight'])] }
      : {}),
  }
  return {
    lora: { ...lora, ...more },
    ...(random.chance(0.5) && { adapterDtype: random.pick(['float16', 'bfloat16'] as const) }),
  }
}

const decoderRecorder = (version: 4 | 5) => (version === 4 ? 'balanced.py' : 'oracle.py')

function withInputGradients(options: MemoryOptions, version: 4 | 5): MemoryOptions {
  const recomputes = options.gradientCheckpointing || options.recompute !== undefined
  return version === 5 && options.lora && recomputes ? { ...options, inputGradients: true } : options
}
