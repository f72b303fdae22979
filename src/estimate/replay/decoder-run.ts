import type { Sense } from '../../architecture/sense.js'
import type { VirtualTokens } from '../finetuning-run.js'
import type { KernelPackage } from '../kernel-packages.js'
import type { AttentionKernel } from '../kernels.js'
import type { VirtualTokenWeights } from './adapters/virtual-tokens.js'
import type { Shaped } from './arrays/shaped.js'
import type { SharedKeys } from './attention/shared-keys.js'
import type { CompleteForwardPass } from './complete-forward-pass.js'
import type { RouterLogitsUse, RouterOutputs } from './decoder/router-outputs.js'
import type { ComputeDtype } from './dtype.js'
import type { Gap } from './folding/omitted-layers.js'
import type { Layers } from './layers.js'
import type { LossKind } from './loss/loss.js'
import type { LeftStates } from './mixers/left-states.js'
import type { RecurrentStates } from './mixers/states.js'
import type { ModelSizes } from './model-sizes.js'
import type { Sharding } from './sharding/sharding.js'
import type { Stage } from './stage.js'
import type { Recomputation } from './step/training-options.js'
import type { Tensor } from './tape.js'

/** One micro-batch, and how it is computed. */
export interface StepOptions {
  readonly batch: number
  readonly sequence: number
  /** Tokens that an encoder-decoder writes for each sequence. */
  readonly target?: number
  /** The last tokens of each sequence, which alone have log-probabilities. Default: all. */
  readonly completion?: number | undefined
  /** Images in each sequence. */
  readonly images?: number
  /** Tokens of images in each sequence that have experts of their own. Default: none. */
  readonly ownTokens?: number
  /** Rows of the part of a tensor that an encoder computes. */
  readonly rows?: number
  /** Seconds of sound in each sequence of an encoder that hears. */
  readonly seconds?: number
  /** The masks that the code makes for each sequence. */
  readonly ownMasks?: Sense['masks'] | undefined
  /** The stage of a pipeline that runs; absent if the whole model does. */
  readonly stage?: Stage | undefined
  readonly recompute: Recomputation
  readonly reentrant: boolean
  readonly loss: LossKind
  readonly kernel: AttentionKernel
  /** The packages whose kernels compute what some layers have in the place of attention. Default: none. */
  readonly kernelPackages?: ReadonlySet<KernelPackage>
  readonly computeDtype: ComputeDtype
  /** The dtype that the parameters have in the forward pass, `model.dtype` in transformers: autocast does not change it. */
  readonly modelDtype: ComputeDtype
  /** The dtype of buffers, which `prepare_model_for_kbit_training` leaves as they are. */
  readonly bufferDtype: ComputeDtype
  /** Whether keys and values are cached for later tokens. */
  readonly cache: boolean
  /** Which dropouts of the config apply: all in training mode, or only those that no trainer can set to 0. */
  readonly drops: Drops
  /** How parameters are sharded over ranks; absent on one GPU. */
  readonly sharding?: Sharding | undefined
  /** Whether the logits of all routers are kept, and the loss of them is computed if the class has one. */
  readonly routerLogits?: RouterLogitsUse
  /** Whether the logits outlive the loss. */
  readonly keepOutputs?: boolean
  /** Virtual tokens in front of each sequence, which `sequence` counts. */
  readonly virtualTokens?: { readonly kind: VirtualTokens; readonly weights: VirtualTokenWeights } | undefined
  /** Whether gradients flow to the input embeddings although they are frozen. */
  readonly inputGradients?: boolean
}

/** Which dropouts of a config apply. */
export type Drops = 'all' | 'fixed' | 'none'

/** Cosines and sines of all positions. */
export interface RotaryTables {
  readonly cos: Tensor
  readonly sin: Tensor
}

/** The tokens that an indexer has chosen: those of the layer before, and those that the layer hands on. */
export interface Carried {
  chosen: Shaped | undefined
  next: Shaped | undefined
}

/** What all layers of one forward pass share. */
export interface DecoderRun {
  readonly layers: Layers
  readonly options: StepOptions
  readonly forward: CompleteForwardPass
  readonly sizes: ModelSizes
  /** Where experts are left out, by the name of the one before. */
  readonly gaps: ReadonlyMap<string, Gap>
  readonly tables: RotaryTables | undefined
  /** What queries that are not rotated are multiplied by, for each place in float32. */
  readonly scales?: Tensor | undefined
  /** The mask that eager attention adds. */
  readonly mask: Tensor | undefined
  /** The boolean mask that eager attention applies to its scores, where it is a tensor of its own. */
  readonly chosen?: Tensor | undefined
  /** Keys and values of virtual tokens, by the index of a layer that has not taken them yet. */
  readonly prefixes?: Map<number, readonly [Tensor, Tensor]> | undefined
  /** Those and what is behind them, in the cache that the output of the model holds. */
  readonly behindPrefixes: Tensor[]
  /** The ALiBi bias that the other kernels add, if any. */
  readonly bias: Tensor | undefined
  /** The embeddings, for layers that read them again (Zamba2). */
  readonly original?: Tensor | undefined
  /** The cached states of recurrent layers; absent in training. */
  readonly states: RecurrentStates | undefined
  /** The last states that recurrent blocks keep in training; absent if they keep none. */
  readonly left?: LeftStates | undefined
  /** The inputs of all layers beside the hidden states: `[batch, sequence, layers, features]` (Gemma 4). */
  readonly layerInputs?: Shaped | undefined
  /** Keys and values that layers share; absent if none do. */
  readonly sharedKeys?: SharedKeys | undefined
  /** What a layer gets from the one before beside its input, and hands on. */
  readonly carried: Carried
  /** What the routers of all layers give; absent if nobody asks for it. */
  readonly routers?: RouterOutputs | undefined
  /** What a block names until its output is added, where it adds it itself. */
  readonly named: Tensor[]
  /** The attention weights that eager attention also returns. The layer holds them until it ends. */
  readonly attentionWeights: Tensor[]
}
