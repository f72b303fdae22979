import type { LoraOptions } from '../lora/options.js'
import { AXOLOTL } from './axolotl.js'
import { DEEPSPEED } from './deepspeed.js'
import { LITGPT } from './litgpt.js'
import { LLAMA_FACTORY } from './llama-factory.js'
import { NEMO_AUTOMODEL } from './nemo-automodel.js'
import { PEFT } from './peft.js'
import type { Preset } from './preset.js'
import { TORCHTITAN } from './torchtitan.js'
import { TORCHTUNE } from './torchtune.js'
import { TRANSFORMERS, TRANSFORMERS_4_48 } from './transformers.js'
import { TRL } from './trl.js'
import { UNSLOTH } from './unsloth.js'

/** Every preset. A name without a version is the version that the preset states. */
const TABLE = {
  transformers: TRANSFORMERS,
  trl: TRL,
  peft: PEFT,
  axolotl: AXOLOTL,
  unsloth: UNSLOTH,
  'llama-factory': LLAMA_FACTORY,
  torchtune: TORCHTUNE,
  torchtitan: TORCHTITAN,
  litgpt: LITGPT,
  'nemo-automodel': NEMO_AUTOMODEL,
  deepspeed: DEEPSPEED,
  'transformers-4.48': TRANSFORMERS_4_48,
} as const satisfies Readonly<Record<string, Preset>>

/** The name of a preset. */
export type PresetName = keyof typeof TABLE

/** Every {@link PresetName}. */
export const PRESETS = Object.keys(TABLE) as readonly PresetName[]

/** The definition of a preset. */
export function presetOf(name: PresetName): Preset {
  return TABLE[name]
}

/** What a preset says about adapters. */
export function presetLora(name: PresetName): Partial<LoraOptions> {
  return Object.assign({}, ...presetOf(name).values.map(({ options }) => options.lora))
}
