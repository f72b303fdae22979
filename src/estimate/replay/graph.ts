import type { Shape } from '../../architecture/index.js'
import type { Layout } from './arrays/layout.js'
import type { Attributes } from './attributes.js'
import type { ComputeDtype } from './dtype.js'
import type { Storage } from './memory-ledger.js'
import type { PackedStorage } from './packed/packed-storage.js'

/**
 * A tensor as a program holds it: its size, its dtype, and how its gradient flows. It owns one reference to its storage, which
 * `Tape.free` drops, like Python when the last name of a tensor goes out of scope.
 */
export interface Tensor {
  readonly elements: number
  readonly dtype: ComputeDtype
  readonly storage: Storage
  /** Where its gradient goes; absent if it has none. */
  readonly grad?: Node | Leaf | undefined
  /** Set if it is stored in fewer bits: it is unpacked for each use. */
  readonly storedAs?: PackedStorage
  /** How many parameters are like it in layers that are not replayed. */
  readonly alike?: number
  /** Whether it is to be trained and nothing depends on it. */
  readonly isIdle?: boolean
  /** Whether reentrant checkpointing has detached it from the graph, to run a layer again. */
  readonly isDetached?: boolean
}

/** A trained parameter, which accumulates its gradient. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly shape: Shape
  readonly elements: number
  readonly dtype: ComputeDtype
  /** Gradients that are still missing in this backward pass. */
  expected: number
  /** The sum of the gradients so far. */
  pending?: Gradient
  /**
   * Whether a second gradient is added into the first. The engine does so unless the first is a view, as that of a linear layer is
   * (`can_accumulate_inplace` in torch's `input_buffer.cpp`).
   */
  addsInPlace?: boolean
  /** Whether its gradients that are reduced later are cast to the dtype of the reduction as they arrive (`_set_unsharded_grad_dtypes` of FSDP2). */
  arrivesWide?: boolean
  /** The gradient that the optimizer sees. */
  gradient?: Storage
  /** Whether the optimizer sees only the share of a rank. */
  readonly isSharded?: boolean
  /** The ranks that share it on its own: its gradient is reduced as soon as it has one. */
  readonly sharedBy?: number
  /** Whether it belongs to a decoder layer. */
  readonly isHidden?: boolean
  /** Whether it is the table of an `nn.Embedding`. */
  readonly isEmbedding?: boolean
  /** How many parameters are like it in layers that are not replayed. */
  readonly alike?: number
  /** How many parameters of its layer it stands for: more than one if experts are not replayed. */
  readonly inLayer?: number
  /** Whether it is the second matrix of an adapter. */
  readonly isSecond?: boolean
  /** Whether tensor-parallel ranks have parts of it, or ranks have experts of their own. */
  readonly isDivided?: boolean
  /** The ranks that share it, if they are fewer than those that share other parameters. */
  readonly ranks?: number
  /** Whether its gradient is a sum over tensor-parallel ranks, which is made for each use. */
  readonly isSummed?: boolean
  /** The tensor itself, if it is not a parameter: autograd keeps it, and its gradient is not used. */
  readonly variable?: Storage
  /** The unsharded gradient of a sharded parameter, until it is reduced. */
  unreduced?: Storage
}

/** A recorded operation of the forward pass. */
export interface Node {
  readonly kind: 'node'
  readonly inputs: readonly (Node | Leaf | undefined)[]
  readonly saved: (Storage | Held | Offloaded)[]
  readonly backward: Backward
  pending?: Gradient
  /** Whether its gradient goes to the parameter itself: if that has another dtype, it is cast while what arrived is still there (`validate_outputs`). */
  readonly castsWithin?: boolean
  readonly arrivesFirst?: number | undefined
  /** As that of a parameter. */
  addsInPlace?: boolean
  /** The checkpointed layer that it belongs to. */
  readonly frame: Frame | undefined
}

/**
 * The backward of an operation: from the gradient of its output, and what it has saved, to the gradients of its inputs, each owned
 * by the caller. If a gradient has another shape or dtype than its input, a function converts it. The engine does that after the operation, when its
 * recomputed tensors are freed (`validate_outputs` in torch's `engine.cpp`). `forget` frees one of these before.
 */
export type Backward = (
  gradient: Storage,
  saved: readonly Storage[],
  layout: Layout | undefined,
  forget: (index: number) => void,
) => readonly (Gradient | (() => Gradient) | undefined)[]

/** A gradient: its storage alone if it is as large as its tensor and contiguous, or with its layout. */
export type Gradient = Storage | LaidOut

/** A gradient that is a view of its storage. */
export interface LaidOut {
  readonly storage: Storage
  readonly layout: Layout
  readonly dtype: ComputeDtype
}

/** A saved tensor that is on the CPU until backward needs it. */
export interface Offloaded {
  /** Its bytes. */
  readonly offloaded: number
  /** The number under which it was saved. */
  readonly id: number
}

/** A saved tensor of a checkpointed layer: not kept, but recomputed. */
export interface Held {
  readonly frame: Frame
  readonly index: number
}

/** A checkpointed layer: how to recompute it, and what the recomputation made. */
export interface Frame {
  readonly run: () => void
  /** The inputs of the layer, kept until its backward is done. */
  readonly inputs: Storage[]
  /** Inputs that are on the CPU until then. */
  readonly offloaded: { readonly storage: Storage; readonly saved: Offloaded }[]
  /** What is on the CPU until then and comes back into a buffer that is there already. */
  readonly staged?: Storage | undefined
  count: number
  /** Saved tensors whose operations have not run backward yet. */
  open: number
  /** The outputs of operations that are not run again: their results are kept. */
  readonly results?: Storage[]
  readonly isReentrant: boolean
  /** Called when backward is done with the layer. */
  readonly closes: () => void
  /** Products of matrices so far. */
  products?: number
  again?: (Storage | undefined)[]
  /** Of the graph of a layer that reenters. */
  attributes?: Attributes
}
