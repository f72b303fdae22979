import type { StaticMemory } from './replay/static-memory.js'

/** A model whose forward pass is not described, so that its activations are not known; what rests is. */
export class ForwardPassError extends RangeError {
  /** The `model_type` of the config. */
  readonly family: string
  /** Parameters, gradients and optimizer states, in bytes of one GPU. */
  readonly parts: StaticMemory

  constructor(family: string, missing: string, parts: StaticMemory) {
    super(
      `the forward pass of ${family} is not described, so that its activations are not known: ${missing}; "parts" has its parameters, gradients and optimizer states`,
    )
    this.name = 'ForwardPassError'
    this.family = family
    this.parts = parts
  }
}
