import type { Dimensions } from './dimensions.js'
import type { ForwardPass } from './forward/index.js'
import type { Module } from './module.js'

export type { Dimensions, MambaDimensions, MoeDimensions } from './dimensions.js'

/** A model described: the module tree from which parameters, linear layers, counts and estimates derive. */
export interface Architecture {
  /** The `model_type` of the config: `llama`, `qwen3_moe`. */
  readonly family: string
  /** The class that transformers builds: `LlamaForCausalLM`. */
  readonly className: string
  readonly root: Module
  /** What a `ModelSpec` says of the model's sizes. */
  readonly dimensions: Dimensions
  /** What a forward pass computes; absent where that is not described. */
  readonly forward?: ForwardPass
  /** What the description leaves out or takes for granted, in sentences. */
  readonly notes: readonly string[]
}

/** What counts and lists need of a model: its modules alone. */
export type ModuleTree = Pick<Architecture, 'root'>

/** A parameter `name` that shares the storage of another, such as an output embedding tied to the input's. */
export interface Tie {
  readonly name: string
  readonly to: string
}
