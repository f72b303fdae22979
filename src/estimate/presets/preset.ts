import type { FinetuningType } from '../../schemas/index.js'
import type { TrainedPart } from '../finetuning-run.js'
import type { LoraOptions } from '../lora/options.js'
import type { MemoryMethod } from '../methods.js'
import { hasNarrowStates, type Optimizer, type OptimizerStep } from '../optimizers.js'
import type { KernelSet } from '../replay/kernel-set.js'
import type { Loss, LossLogits } from '../replay/loss/loss.js'
import type { ShardingOptions, ShardingStrategy } from '../sharding-options.js'

/** What a framework does unless it is told otherwise: options of an estimate, read in one version of its code. */
export interface Preset {
  /** The name on PyPI. */
  readonly package: string
  readonly version: string
  /** Why its models have an output embedding of their own where the config ties it. Default: it is tied. */
  readonly untied?: string
  /** What it does that is not estimated, in sentences. Default: nothing. */
  readonly leavesOut?: readonly Omission[]
  /** In order: a later value may depend on an earlier one. */
  readonly values: readonly PresetValue[]
  /** What the framework cannot do. */
  readonly refuses: readonly Refusal[]
  /** Layouts that it does not train in. Default: none. */
  readonly refusesLayouts?: readonly LayoutRefusal[]
}

/** Options that a framework sets, and where its code says so. */
export interface PresetValue {
  readonly options: PresetOptions
  /** The file of the package, and what it says. */
  readonly source: string
  /** Another package that the file is in, with its version. */
  readonly from?: string
  /** Runs that it concerns. Default: all that train. */
  readonly when?: (run: PresetRun) => boolean
}

/** The options that a preset can set: how a framework computes, but neither batch nor sequence. */
export interface PresetOptions {
  readonly method?: MemoryMethod
  readonly prepareForKbitTraining?: boolean
  readonly adapterDtype?: 'float32' | 'bfloat16'
  readonly optimizer?: Optimizer
  readonly wideEmbeddingStates?: boolean
  readonly optimizerStep?: OptimizerStep
  readonly loss?: Loss
  readonly lossLogits?: LossLogits
  readonly keepOutputs?: boolean
  readonly kernels?: KernelSet
  readonly recompute?: 'layers' | 'none' | 'selective'
  readonly reentrant?: boolean
  readonly autocast?: boolean
  readonly inputGradients?: boolean
  readonly outputRouterLogits?: boolean
  readonly attentionMask?: boolean
  /** Fills in what `lora` does not say. */
  readonly lora?: Partial<LoraOptions>
  /** Fills in what `sharding` does not say. */
  readonly sharding?: Partial<
    Pick<ShardingOptions, 'parameterDtype' | 'reduceDtype' | 'syncEachBatch' | 'offload' | 'offloadedBy'>
  >
}

/**
 * Whether what a trainer puts under autocast runs under it. DeepSpeed 0.19.8 turns it off in its engine (`autocast_if_enabled` in its
 * `runtime/torch_autocast.py`), and computes in the dtype of the weights.
 */
export function keepsAutocast({ strategy }: PresetRun): boolean {
  return !strategy.startsWith('zero')
}

/** What a framework does in some runs that is not estimated. */
export interface Omission {
  readonly when: (run: PresetRun) => boolean
  /** It, after "preset x: ". */
  readonly what: string
}

/** A run that a framework does not allow. */
export interface Refusal {
  readonly when: (run: PresetRun) => boolean
  /** The reason, after "preset x: ". */
  readonly reason: string
}

/** A layout that a framework does not train in. */
export interface LayoutRefusal {
  readonly when: (run: LayoutRun) => boolean
  /** The reason, after "preset x: ". */
  readonly reason: string
}

/** What is asked of a layout. */
export interface LayoutRun {
  readonly tensor: number
  readonly pipeline: number
  readonly trains: PresetRun['trains']
}

/** What a preset needs to know of the model. */
export interface PresetModel {
  /** Whether its class computes a loss that is not that of a language model: a classifier's, an encoder's. */
  readonly ownLoss: boolean
  /** Whether its class adds a loss of routers if it is asked for their logits, and whether the coefficient in the config is not 0. */
  readonly hasRouterLoss: boolean
  readonly weighsRouterLoss: boolean
  /** Whether the config asks for them. */
  readonly asksForRouters: boolean
}

/** A model of which nothing is known. */
export const ANY_MODEL: PresetModel = {
  ownLoss: false,
  hasRouterLoss: false,
  weighsRouterLoss: false,
  asksForRouters: false,
}

/** What the options say about a run so far. */
export interface PresetRun extends Pick<PresetModel, 'hasRouterLoss' | 'weighsRouterLoss'> {
  /** Whether the loss of routers is added, as the config or an option says. */
  readonly addsRouterLoss: boolean
  /** The fine-tuning type, if one was given instead of a method. */
  readonly type: FinetuningType | undefined
  /** The part of the weights that is trained, if not all. */
  readonly part: TrainedPart | undefined
  /** Whether it learns from preferences or rewards. */
  readonly learnsFromPreferences: boolean
  readonly trains: 'weights' | 'adapters' | 'nothing'
  /** How frozen weights are stored. */
  readonly storage: string
  readonly isRecomputed: boolean
  /** What torch cannot do together: selective recomputation and reentrant checkpointing. */
  readonly isSelective: boolean
  readonly isReentrant: boolean
  readonly strategy: ShardingStrategy
  readonly ranks: number
  /** Ranks that share each matrix, and stages. */
  readonly tensor: number
  readonly pipeline: number
  /** Whether ranks share the vocabulary in the loss. */
  readonly sharesVocabulary: boolean
  /** Whether a step has several micro-batches. */
  readonly accumulates: boolean
  /** The optimizer, if it was given or set. */
  readonly optimizer: Optimizer | undefined
}

/** What `Trainer` of transformers does for optimizers of 8 bits, whose name in its arguments has "8bit" (4.48 to 5.24). */
export const WIDE_EMBEDDING_STATES: Pick<PresetValue, 'options' | 'source' | 'when'> = {
  options: { wideEmbeddingStates: true },
  source: 'trainer.py: bitsandbytes keeps 32 bits for each nn.Embedding (register_module_override)',
  when: ({ optimizer, ranks, strategy }) =>
    optimizer !== undefined &&
    hasNarrowStates(optimizer) &&
    ((ranks === 1 && !strategy.startsWith('zero')) || strategy === 'ddp'),
}

/** Conditions of values and refusals. */
export const trainsWeights = ({ trains }: PresetRun): boolean => trains === 'weights'
export const trainsAdapters = ({ trains }: PresetRun): boolean => trains === 'adapters'
export const isQuantized = ({ storage }: PresetRun): boolean => storage !== 'none'
export const isShared = ({ ranks }: PresetRun): boolean => ranks > 1
export const accumulatesOnRanks = (run: PresetRun): boolean =>
  isShared(run) && run.accumulates && !run.strategy.startsWith('zero')
export const addsRouterLoss = (run: PresetRun): boolean => run.addsRouterLoss
export const weighsRouterLoss = (run: PresetRun): boolean => run.hasRouterLoss && run.weighsRouterLoss
export const isOneRank = ({ ranks, tensor, pipeline }: PresetRun): boolean => ranks * tensor * pipeline === 1
export const dividesMatrices = ({ tensor }: LayoutRun): boolean => tensor > 1
export const hasStages = ({ pipeline }: LayoutRun): boolean => pipeline > 1
export const mayBeReentrant = ({ isSelective }: PresetRun): boolean => !isSelective
export const mayBeSelective = ({ isReentrant }: PresetRun): boolean => !isReentrant
export const recomputesAdapted = (run: PresetRun): boolean => trainsAdapters(run) && run.isRecomputed
/** Whether layers may be frozen below others that train, so that it matters where gradients end. */
export const needsInputGradients = (run: PresetRun): boolean =>
  (trainsAdapters(run) || run.part !== undefined) && run.isRecomputed

/** What the Trainer does in all micro-batches of a step but the last one. */
export const REDUCES_LAST: PresetValue = {
  options: { sharding: { syncEachBatch: false } },
  source: 'trainer.py: no_sync in all micro-batches but the last one',
  when: accumulatesOnRanks,
}
