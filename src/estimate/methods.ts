/** What a method trains, and in which dtypes. */
export interface Method {
  readonly trains: 'weights' | 'adapters' | 'nothing'
  /** The dtype of the stored weights: `precision` from the options, or float32 with autocast to bfloat16 in the forward pass. */
  readonly weights: 'precision' | 'float32'
  /** Whether the weights of linear layers are stored in 4 bits. */
  readonly isQuantised: boolean
}

/** Every method. To add one to the options and the command, add a row. */
export const METHODS = {
  /** Weights, gradients and states in `precision`. */
  full: { trains: 'weights', weights: 'precision', isQuantised: false },
  /** All three in float32. */
  'full-mixed': { trains: 'weights', weights: 'float32', isQuantised: false },
  /** Frozen weights, and adapters in float32, like PEFT. */
  lora: { trains: 'adapters', weights: 'precision', isQuantised: false },
  /** The same on 4-bit weights. */
  qlora: { trains: 'adapters', weights: 'precision', isQuantised: true },
  /** One prefill that keeps its cache. */
  inference: { trains: 'nothing', weights: 'precision', isQuantised: false },
} as const satisfies Readonly<Record<string, Method>>

/** How a model is used: what is trained and in which dtypes, or inference. */
export type MemoryMethod = keyof typeof METHODS

/** Every {@link MemoryMethod}. */
export const MEMORY_METHODS = Object.keys(METHODS) as readonly MemoryMethod[]

/** The definition of a method. */
export function methodOf(name: MemoryMethod): Method {
  return METHODS[name]
}
