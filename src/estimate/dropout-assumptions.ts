import { type DropoutRates, isDropoutField } from '../architecture/dropout-rates.js'
import { familyOf } from '../architecture/families/index.js'
import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'

/** What an estimate assumes about dropout: which rates of the config, or of its class, count, and which do not. */
export function dropoutAssumptions(
  architecture: Pick<Architecture, 'family' | 'config' | 'forward' | 'program'>,
  { method, lora, finetuning }: Pick<CheckedMemoryOptions, 'method' | 'lora' | 'finetuning'>,
): string[] {
  if (methodOf(method).trains === 'nothing') return ['dropout is 0']
  const isOff = finetuning?.preference?.withoutDropout === true
  const counted = (architecture.forward ?? architecture.program)?.rates ?? {}
  const others = uncounted(architecture, counted)
  const ofAdapters = !isOff && (lora?.loraDropout ?? 0) > 0 ? ['that of the adapters'] : []
  const applied = isOff ? [] : [...named(counted), ...ofAdapters]
  return [
    applied.length > 0 ? `dropout is 0, except ${applied.join(', ')}` : 'dropout is 0',
    ...(isOff && named(counted).length > 0 ? [SWITCHED_OFF] : []),
    ...(named(others).length > 0
      ? [`not counted, as the forward pass described here does not use it: ${named(others).join(', ')}`]
      : []),
  ]
}

const SWITCHED_OFF =
  "the trainer sets the model's modules of dropout to 0 (`disable_dropout` of TRL); what is a number in its code stays"

const named = (rates: DropoutRates): string[] =>
  Object.entries(rates).flatMap(([field, rate]) => (rate > 0 ? [`\`${field}\` ${rate}`] : []))

/** What the config states beside what is counted: rates of other classes, of encoders beside the model, of whole layers. */
function uncounted(
  { family, config = {} }: Pick<Architecture, 'family' | 'config'>,
  counted: DropoutRates,
): DropoutRates {
  const parts = ['text_config', 'vision_config', 'audio_config'].flatMap((part) => stated(config[part], `${part}.`))
  const all = [...Object.entries(familyOf(family)?.dropout ?? {}), ...stated(config), ...parts]
  return Object.fromEntries(all.filter(([field]) => counted[field.replace('text_config.', '')] === undefined))
}

function stated(config: unknown, prefix = ''): (readonly [string, number])[] {
  if (typeof config !== 'object' || config === null) return []
  return Object.entries(config).flatMap(([field, rate]) =>
    (isDropoutField(field) || OTHERS.test(field)) && typeof rate === 'number' ? [[prefix + field, rate] as const] : [],
  )
}

/** Layers that are left out at random, and noise on the inputs of routers. */
const OTHERS = /layerdrop|^(?:input|router)_jitter_noise/
