import { familyOf } from '../../architecture/families/index.js'
import type { LoraOptions } from './options.js'

/** LoRA on every linear layer that PEFT can adapt: without those whose kernels would skip an adapter. */
export function defaultLora(family: string, rank = 32): LoraOptions {
  const { loraRefused } = familyOf(family) ?? {}
  return { rank, targetModules: 'all-linear', ...(loraRefused && { excludeModules: loraRefused }) }
}
