import type { MemoryOptions } from '../../estimate/index.js'
import type { FinetuningType } from '../../schemas/index.js'

/**
 * The options of a run as those of a method that learns from preferences. Its type stands for the method, and it has a loss of its
 * own.
 */
export function asType(options: MemoryOptions, type: FinetuningType | undefined): MemoryOptions {
  if (type === undefined) return options
  const { method, loss: _, lossLogits: __, ...others } = options
  const isAdapted = method === 'lora' || method === 'qlora'
  return {
    ...others,
    finetuningType: type,
    ...(isAdapted && !others.lora && { lora: { rank: PEFT_RANK } }),
    ...(method === 'qlora' && !others.quantization && { quantization: 'nf4-double' }),
    ...(method === 'full-mixed' && { dtype: 'float32', autocast: true }),
  }
}

/** The default of `r` in PEFT's `LoraConfig`. */
const PEFT_RANK = 8
