import type { PackedStorage } from './replay/packed/packed-storage.js'

/** What a method trains, and in which dtypes. */
export interface Method {
  readonly trains: 'weights' | 'adapters' | 'nothing'
  /** The dtype of the stored weights: `precision` from the options, or float32 with autocast to bfloat16 in the forward pass. */
  readonly weights: 'precision' | 'float32'
  /** How the weights of linear layers are stored, unless `quantization` says otherwise. */
  readonly quantization: 'none' | PackedStorage
}

/** Every method. To add one to the options and the command, add a row. */
export const METHODS = {
  /** Weights, gradients and states in `precision`. */
  full: { trains: 'weights', weights: 'precision', quantization: 'none' },
  /** All three in float32. */
  'full-mixed': { trains: 'weights', weights: 'float32', quantization: 'none' },
  /** Frozen weights, and adapters in float32, like PEFT. */
  lora: { trains: 'adapters', weights: 'precision', quantization: 'none' },
  /** The same on 4-bit weights. */
  qlora: { trains: 'adapters', weights: 'precision', quantization: 'nf4-double' },
  /** One prefill that keeps its cache. */
  inference: { trains: 'nothing', weights: 'precision', quantization: 'none' },
} as const satisfies Readonly<Record<string, Method>>

/** How a model is used: what is trained and in which dtypes, or inference. */
export type MemoryMethod = keyof typeof METHODS

/** Every {@link MemoryMethod}. */
export const MEMORY_METHODS = Object.keys(METHODS) as readonly MemoryMethod[]

/** The definition of a method. */
export function methodOf(name: MemoryMethod): Method {
  return METHODS[name]
}
