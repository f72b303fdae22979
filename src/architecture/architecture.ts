import type { ConfigObject } from './config-object.js'
import type { Dimensions } from './dimensions.js'
import type { ForwardPass } from './forward/index.js'
import type { LargestImage } from './largest-image.js'
import type { Module } from './module.js'
import type { Program } from './program/index.js'

export type { Dimensions, MambaDimensions, MoeDimensions } from './dimensions.js'

/** The description of a model: the module tree that parameters, linear layers, counts and estimates are derived from. */
export interface Architecture {
  /** The `model_type` of the config: `llama`, `qwen3_moe`. */
  readonly family: string
  /** The class that transformers builds: `LlamaForCausalLM`. */
  readonly className: string
  readonly root: Module
  /** The sizes of the model, in the terms of `ModelSpec`. */
  readonly dimensions: Dimensions
  /** What a forward pass computes; absent if the family has no forward-pass model. */
  readonly forward?: ForwardPass
  /** The forward pass of a model that is more than a decoder of text; absent if it is one, or has no forward-pass model. */
  readonly program?: Program
  /** The largest image that it sees; absent if it sees none, or if its processor is not described. */
  readonly largestImage?: LargestImage
  /** What the description leaves out or assumes, in sentences. */
  readonly notes: readonly string[]
  /** The config that it was built from, which also says how the checkpoint stores its weights. */
  readonly config?: ConfigObject
}

/** The part of an architecture that counts and lists need: the modules. */
export type ModuleTree = Pick<Architecture, 'root'>

/** A parameter `name` that shares its storage with another, such as an output embedding tied to the input embedding. */
export interface Tie {
  readonly name: string
  readonly to: string
}
