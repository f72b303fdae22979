/** The method of an axolotl config, and its adapter. */

import type { MemoryOptions } from '../../../estimate/index.js'
import type { LoraOptions } from '../../../estimate/lora/options.js'
import type { JobKeys } from '../job-keys.js'
import { given } from '../shared-keys.js'

export function methodIn(keys: JobKeys): { readonly method: 'full' | 'lora' | 'qlora' } & MemoryOptions {
  const adapter = keys.text('adapter')
  const [four, eight, gptq] = [keys.flag('load_in_4bit'), keys.flag('load_in_8bit'), keys.flag('gptq')]
  if (adapter === undefined || adapter === '') {
    for (const key of OF_ADAPTERS) if (keys.has(key)) keys.warn(key, 'no effect without `adapter`')
    return { method: 'full' }
  }
  if (adapter !== 'lora' && adapter !== 'qlora')
    throw keys.refuse('adapter', `${adapter} cannot be estimated; lora and qlora can`)
  if (gptq) return { method: 'lora', quantization: 'gptq' }
  if (four || adapter === 'qlora') return { method: 'qlora', quantization: 'nf4-double' }
  return eight ? { method: 'lora', quantization: 'int8' } : { method: 'lora' }
}

/** Whether experts in one parameter are packed while they are loaded (`monkeypatch/moe_quant.py`), which needs an adapter. */
export function expertsIn(keys: JobKeys, quantization: MemoryOptions['quantization']): MemoryOptions {
  if (!keys.flag('quantize_moe_experts')) return {}
  const isAdapted = (keys.texts('lora_target_parameters') ?? []).length > 0
  if (quantization === 'nf4-double' && !isAdapted) return { quantizeExperts: true }
  if (quantization === 'nf4-double')
    keys.warn('quantize_moe_experts', 'experts are counted in 16 bits beside `lora_target_parameters`')
  else
    keys.warn(
      'quantize_moe_experts',
      quantization === 'int8' ? 'experts are counted in 16 bits: those in 8 bits are not replayed' : 'not counted',
    )
  return {}
}

const OF_ADAPTERS = [
  'lora_r',
  'lora_dropout',
  'lora_target_modules',
  'lora_target_parameters',
  'lora_target_linear',
  'lora_modules_to_save',
]

export function loraIn(keys: JobKeys): MemoryOptions {
  const rank = keys.count('lora_r')
  const targets = keys.any('lora_target_modules')
  const layers = keys.counts('peft_layers_to_transform')
  const pattern = keys.countsByName('lora_rank_pattern')
  const isLinear = keys.flag('lora_target_linear') === true
  // axolotl writes the names of all linear layers into the list that PEFT needs beside layers; here `all-linear` stands for them.
  if (isLinear && layers) keys.warn('peft_layers_to_transform', 'adapters are counted on all layers')
  if (rank === undefined) return {}
  const parameters = keys.texts('lora_target_parameters') ?? []
  const lora: LoraOptions = {
    rank,
    ...(isLinear ? { targetModules: 'all-linear' } : targetsOf(targets, () => keys.texts('lora_target_modules'))),
    // Without names of modules, axolotl passes an empty list.
    ...(parameters.length > 0 && { targetParameters: parameters }),
    ...(parameters.length > 0 && !isLinear && !keys.has('lora_target_modules') && { targetModules: [] }),
    ...given({
      modulesToSave: keys.texts('lora_modules_to_save'),
      loraDropout: parameters.length > 0 ? undroppedIn(keys) : keys.share('lora_dropout'),
      useDora: keys.flag('peft_use_dora'),
      useRslora: keys.flag('peft_use_rslora'),
      layersToTransform: isLinear ? undefined : layers,
      rankPattern: pattern,
    }),
  }
  const adapterDtype = keys.flag('peft_autocast_adapter_dtype') === false ? 'bfloat16' : undefined
  return { lora, ...(adapterDtype && { adapterDtype }) }
}

/** Where parameters have adapters, axolotl drops the inputs of the others alone (`_patch_peft_param_wrapper_dropout`). */
function undroppedIn(keys: JobKeys): undefined {
  if (keys.share('lora_dropout')) keys.warn('lora_dropout', 'not counted beside `lora_target_parameters`')
}

/** A regular expression or `all-linear` is a text, names are a list. */
function targetsOf(value: unknown, list: () => readonly string[] | undefined): Pick<LoraOptions, 'targetModules'> {
  if (typeof value === 'string') return { targetModules: value }
  const names = list()
  return names && names.length > 0 ? { targetModules: names } : {}
}
