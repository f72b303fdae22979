import type { FinetuningType } from '../schemas/index.js'
import type { LoraOptions } from './lora/options.js'

/** How a model is fine-tuned. */
export interface TrainableOptions {
  /** One of the API page's types. */
  readonly finetuningType: FinetuningType
  /** The adapters of LoRA and its kin. The preference methods train them in place of all weights if they are given. */
  readonly lora?: LoraOptions
  /** The number of virtual tokens that prompt, prefix and p-tuning train. */
  readonly numVirtualTokens?: number
  /** The width of the encoder of p-tuning, and of the projection of prefixes. Default: that of a token. */
  readonly encoderHiddenSize?: number
  /** Whether prefixes are projected by a small network, PEFT's `prefix_projection`. Default: no. */
  readonly prefixProjection?: boolean
  /** How many decoder layers `top_layers` trains, from the last one down. */
  readonly layers?: number
}

/** What is trained, and which other models are in memory with it. */
export interface TrainableCount {
  readonly trainableParameters: number
  /** Frozen models beside the trained one. */
  readonly heldModels: readonly HeldModel[]
  /** What is counted, in a sentence. */
  readonly trains: string
}

/** A frozen model beside the trained one. */
export type HeldModel = 'reference' | 'reward'
