/** What a method trains, and in which types. */
export interface Method {
  readonly trains: 'weights' | 'adapters' | 'nothing'
  /** The type that weights are kept in: that of the options, or float32, with autocast to bfloat16 around the forward pass. */
  readonly weights: 'precision' | 'float32'
  /** Whether the weights of linear layers are stored in four bits. */
  readonly isQuantised: boolean
}

/** Every way to use a model. A row is all that the options and the command need to know a method. */
export const METHODS = {
  /** Weights, gradients and states in the type of the options. */
  full: { trains: 'weights', weights: 'precision', isQuantised: false },
  /** All three in float32. */
  'full-mixed': { trains: 'weights', weights: 'float32', isQuantised: false },
  /** Frozen weights, and adapters in float32, as PEFT makes them. */
  lora: { trains: 'adapters', weights: 'precision', isQuantised: false },
  /** The same on weights of four bits. */
  qlora: { trains: 'adapters', weights: 'precision', isQuantised: true },
  /** One prefill, the cache kept. */
  inference: { trains: 'nothing', weights: 'precision', isQuantised: false },
} as const satisfies Readonly<Record<string, Method>>

/** How a model is used: what is trained and in which types, or served. */
export type MemoryMethod = keyof typeof METHODS

/** Every {@link MemoryMethod}. */
export const MEMORY_METHODS = Object.keys(METHODS) as readonly MemoryMethod[]

/** The method of a name. */
export function methodOf(name: MemoryMethod): Method {
  return METHODS[name]
}
