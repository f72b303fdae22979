import type { Shape } from '../../architecture/index.js'
import type { ComputeDtype } from './dtype.js'
import type { Storage } from './memory-ledger.js'

/**
 * A tensor as a program holds it: its size, its type, and how its gradient flows. It owns one reference to its storage,
 * which `Tape.free` gives back, as Python does when the last name of a tensor goes.
 */
export interface Tensor {
  readonly elements: number
  readonly dtype: ComputeDtype
  readonly storage: Storage
  /** Where its gradient goes; absent where nothing is differentiated. */
  readonly grad?: Node | Leaf
  /** Set where its storage holds it in four bits: it is unpacked for each use. */
  readonly isNf4?: boolean
  /** How many parameters are like it in layers that are not replayed. */
  readonly alike?: number
}

/** A parameter that is trained: what accumulates its gradient. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly shape: Shape
  readonly elements: number
  readonly dtype: ComputeDtype
  /** Gradients that are still to come in this backward pass. */
  expected: number
  /** Those that have come, added up. */
  pending?: Storage
  /** The gradient that the optimizer sees. */
  gradient?: Storage
  /** Whether the optimizer sees only a rank's share of it. */
  readonly isSharded?: boolean
  /** How many parameters are like it in layers that are not replayed. */
  readonly alike?: number
  /** The tensor itself where it is no parameter: autograd keeps it, and nobody looks at its gradient. */
  readonly variable?: Storage
  /** The whole gradient of a sharded parameter, until it is reduced. */
  unreduced?: Storage
}

/** One differentiable operation of the forward pass. */
export interface Node {
  readonly kind: 'node'
  readonly inputs: readonly (Node | Leaf | undefined)[]
  readonly saved: (Storage | Held)[]
  readonly backward: Backward
  pending?: Storage
  frame?: Frame
}

/**
 * What an operation's backward does with the gradient of its output: the gradients of its inputs, each owned. One that has
 * another shape or type than its input is made to fit by a function: the engine does that behind the operation, when what was
 * saved for it is freed (`validate_outputs` in torch's `engine.cpp`).
 */
export type Backward = (gradient: Storage) => readonly (Storage | (() => Storage) | undefined)[]

/** A saved tensor of a checkpointed layer: not kept, but made again. */
export interface Held {
  readonly frame: Frame
  readonly index: number
}

/** A checkpointed layer: how to run it again, and what the second run made. */
export interface Frame {
  readonly run: () => void
  /** What the layer's inputs are, kept until its backward is done. */
  readonly inputs: readonly Storage[]
  count: number
  /** Saved tensors whose operations have not run backward yet. */
  open: number
  again?: (Storage | undefined)[]
}
