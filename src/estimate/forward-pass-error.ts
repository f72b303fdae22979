import type { StaticMemory } from './replay/step/static-memory.js'

/** A model without a forward-pass model, so that its activations cannot be estimated. The static memory is known. */
export class ForwardPassError extends RangeError {
  /** The `model_type` of the config. */
  readonly family: string
  /** Parameters, gradients and optimizer states, in bytes on one GPU. */
  readonly parts: StaticMemory

  constructor(family: string, missing: string, parts: StaticMemory) {
    super(
      `no forward-pass model for family ${family}: cannot estimate activations (${missing}); "parts" has the parameters, gradients and optimizer states`,
    )
    this.name = 'ForwardPassError'
    this.family = family
    this.parts = parts
  }
}
