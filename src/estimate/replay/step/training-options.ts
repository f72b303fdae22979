import type { Shape } from '../../../architecture/index.js'
import type { PreferenceStep } from '../../finetuning-run.js'
import type { KernelPackage } from '../../kernel-packages.js'
import type { AttentionKernel } from '../../kernels.js'
import type { AdapterPlan } from '../../lora/adapter-plan.js'
import type { Optimizer, OptimizerStep } from '../../optimizers.js'
import type { VirtualTokenOptions } from '../adapters/virtual-tokens.js'
import type { RouterLogitsUse } from '../decoder/router-outputs.js'
import type { Division } from '../division.js'
import type { ComputeDtype } from '../dtype.js'
import type { Kernels } from '../kernel-set.js'
import type { LossKind } from '../loss/loss.js'
import type { Offloader } from '../offloading.js'
import type { PackedStorage } from '../packed/packed-storage.js'
import type { ShardingRules } from '../sharding/sharding-rules.js'
import type { ZeroRules } from '../sharding/zero-gradients.js'
import type { Stage } from '../stage.js'

/** Which layers are run again in backward instead of keeping what they have saved. */
export type Recomputation = 'none' | 'selective' | { readonly every: number }

/** The input of a training step replay. */
export interface TrainingStep {
  /** The stage of a pipeline that runs; absent if the whole model does. */
  readonly stage?: Stage | undefined
  /** Bytes that other micro-batches have kept for their backward. */
  readonly inFlightBytes?: number
  /** Whether forward passes of other micro-batches ran before, and no backward. */
  readonly hasRunOthers?: boolean
  /** Bytes of hidden states that are being sent in the forward pass. */
  readonly sentBytes?: number
  /** Whether the model gets an attention mask. */
  readonly isMasked?: boolean
  /** Which forward passes begin with buffers that ranks share: copies of all of them, joined. Default: none. */
  readonly sharesBuffers?: 'first' | 'each' | undefined
  /** Whether the forward pass ran before: its peak does not count. */
  readonly hasRunForward?: boolean
  /** Whether only what is live behind the forward pass is asked for. */
  readonly endsWithForward?: boolean
  /** How tensor-parallel ranks divide the model. */
  readonly division?: Division | undefined
  readonly batch: number
  readonly sequence: number
  /** Tokens that an encoder-decoder writes for each sequence. */
  readonly target?: number | undefined
  /** Images in each sequence. */
  readonly images?: number
  /** Seconds of sound in each sequence of an encoder that hears. */
  readonly seconds?: number
  readonly recompute: Recomputation
  /** Whether recomputation is reentrant. */
  readonly reentrant?: boolean
  readonly kernel: AttentionKernel
  readonly kernels: Kernels
  readonly kernelPackages?: ReadonlySet<KernelPackage>
  readonly loss: LossKind
  readonly parameterDtype: ComputeDtype
  readonly autocast: boolean
  /** The dtype of autocast on float32 parameters. Default: bfloat16. */
  readonly autocastDtype?: ComputeDtype
  readonly trained: boolean
  /** Which of the model's parameters are trained, if not all. */
  readonly trains?: ((parameter: string) => boolean) | undefined
  /** Virtual tokens that are trained in front of each sequence. */
  readonly virtualTokens?: VirtualTokenOptions | undefined
  /** The other models and passes of a method that learns from preferences. */
  readonly preference?: PreferenceStep | undefined
  /** The tokens of a completion, whose log-probabilities a preference method needs. Default: all. */
  readonly completion?: number | undefined
  /** Whether the optimizer has a group for each of the two matrices of adapters. */
  readonly stepsInGroups?: boolean
  /** How the weights of linear layers are stored; absent if like everything else. */
  readonly storage?: PackedStorage | undefined
  /** Whether experts that are stacked in one parameter are stored so too. */
  readonly packsExperts?: boolean
  /** The dtype of parameters that are not in `storage`, if not `parameterDtype`. */
  readonly restDtype?: ComputeDtype | undefined
  readonly adapterDtype: ComputeDtype
  readonly adapters: AdapterPlan
  readonly optimizer: Optimizer
  readonly optimizerStep: OptimizerStep
  /** Bytes that the optimizer keeps for one trained tensor. */
  readonly stateBytes: (
    shape: Shape,
    dtype: ComputeDtype,
    tensor: { readonly isHidden: boolean; readonly isWide: boolean },
  ) => number
  /** Whether an optimizer of 8 bits keeps float32 states of embeddings. Default: no. */
  readonly hasWideEmbeddingStates?: boolean
  /** Micro-batches whose gradients are added before a step. */
  readonly microBatches: number
  /** How ranks share parameters, gradients and states. Absent on one GPU. */
  readonly sharding?: ShardingRules | undefined
  /** Ranks that share optimizer states. Default: those of `sharding`. */
  readonly stateRanks?: number
  /** Bytes of a float32 copy of each trained element that the optimizer keeps, as DeepSpeed does: 4, or 0. */
  readonly masterBytes?: number
  /** The dtype that the optimizer computes in, if not that of the parameters. */
  readonly stepDtype?: ComputeDtype | undefined
  /** Whether the optimizer runs on the CPU. */
  readonly stepsOnCpu?: boolean
  /** Bytes of buffers that gradients are reduced in (DDP's buckets, ZeRO's), for so many trained bytes. */
  readonly bucketBytes?: ((gradientBytes: { readonly all: number; readonly largest: number }) => number) | undefined
  /** How DeepSpeed reduces gradients. */
  readonly zero?: ZeroRules | undefined
  /** Whose code keeps saved activations on the CPU between forward and backward. */
  readonly offloader?: Offloader | undefined
  /**
   * Whether the inputs of layers, but the last one, are on the CPU until backward and come back into one of two buffers of their size
   * that stay on the GPU (`UnslothCheckpointFunction` in `gradient_checkpointing.py` of unsloth_zoo 2026.10.9). It takes the place of
   * `offloader`.
   */
  readonly stagesInputs?: boolean
  readonly keepOutputs?: boolean
  readonly routerLogits?: RouterLogitsUse
  readonly inputGradients?: boolean
  /** The caller asks only whether the peak is below so many bytes: if not, the replay ends as soon as it is known, and its result is as high or higher. */
  readonly enoughBytes?: number | undefined
}
