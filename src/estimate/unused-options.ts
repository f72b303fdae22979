import { finetuningRun } from './finetuning-run.js'
import type { MemoryOptions } from './memory-options.js'
import { type Method, methodOf } from './methods.js'
import { withPreset } from './presets/with-preset.js'

/**
 * What an estimate leaves out of account among the options that were given, in sentences for its assumptions.
 *
 * @example
 * unusedOptions({ method: 'full', lora: { rank: 8 } }) // ['`lora` has no effect with the method full']
 */
export function unusedOptions(options: MemoryOptions): string[] {
  const method = finetuningRun(options)?.method ?? withPreset(options).options.method ?? 'full'
  const { trains, weights } = methodOf(method)
  const unused = [...UNUSED[trains], ...(weights === 'float32' ? (['precision', 'dtype'] as const) : [])]
  return unused
    .filter((name) => options[name] !== undefined)
    .map((name) => `\`${name}\` has no effect with the method ${method}`)
}

const OF_ADAPTERS = ['lora', 'adapterDtype', 'quantizeExperts', 'prepareForKbitTraining'] as const

/** The options that mean nothing for what a method trains. */
const UNUSED: Readonly<Record<Method['trains'], readonly (keyof MemoryOptions)[]>> = {
  weights: OF_ADAPTERS,
  adapters: [],
  nothing: [
    'preset',
    ...OF_ADAPTERS,
    'optimizer',
    'wideEmbeddingStates',
    'optimizerStep',
    'gradientAccumulation',
    'gradientCheckpointing',
    'recompute',
    'reentrant',
    'kernels',
    'loss',
    'lossLogits',
    'autocast',
    'keepOutputs',
    'inputGradients',
    'sharding',
    'world',
  ],
}
