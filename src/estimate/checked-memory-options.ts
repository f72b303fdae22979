import type { ImageSize } from '../architecture/sense.js'
import { checkOptions } from '../options/index.js'
import { refuseBesideType, refuseContradictions } from './contradicting-options.js'
import { type FinetuningRun, finetuningRun } from './finetuning-run.js'
import type { KernelPackage } from './kernel-packages.js'
import type { AttentionKernel } from './kernels.js'
import { checkLayout, type LayoutOptions } from './layout-options.js'
import type { LoraOptions } from './lora/options.js'
import { MEMORY_OPTIONS, type MemoryOptions, PRECISIONS, type TrainingPrecision } from './memory-options.js'
import { type MemoryMethod, methodOf } from './methods.js'
import type { Optimizer, OptimizerStep } from './optimizers.js'
import { besidePreset } from './presets/beside-preset.js'
import type { PresetModel } from './presets/preset.js'
import type { PresetName } from './presets/presets.js'
import { withPreset } from './presets/with-preset.js'
import { refuseOffloading } from './refused-offloading.js'
import { refuseSharding } from './refused-sharding.js'
import type { KernelSet } from './replay/kernel-set.js'
import type { LossKind } from './replay/loss/loss.js'
import type { PackedStorage } from './replay/packed/packed-storage.js'
import type { Recomputation } from './replay/step/training-options.js'
import type { WeightPrecision } from './serving/weights/weight-storage.js'
import { type ShardingOptions, strategyOf } from './sharding-options.js'

/** The options with every default filled in, and with one name for each thing. */
export interface CheckedMemoryOptions {
  /** What a preset filled in, and what its framework does that is not estimated, in sentences. */
  readonly filledIn: readonly string[]
  readonly preset: PresetName | undefined
  /** Why an output embedding that the config ties is one of its own; absent if it stays tied. */
  readonly untied?: string | undefined
  readonly method: MemoryMethod
  /** What a fine-tuning type trains, holds and runs; absent if a method was given. */
  readonly finetuning: FinetuningRun | undefined
  readonly batchSize: number
  readonly sequenceLength: number
  /** Tokens that an encoder-decoder writes, or of a completion; `undefined`: as many as it reads, or all. */
  readonly targetLength: number | undefined
  readonly images: number
  readonly imageSize: ImageSize | undefined
  readonly audioSeconds: number
  readonly recompute: Recomputation
  readonly reentrant: boolean
  /** Absent: rank 32 on every linear layer that PEFT can adapt. */
  readonly lora: LoraOptions | undefined
  readonly adapterDtype: 'float32' | 'bfloat16' | 'float16' | undefined
  readonly storage: PackedStorage | undefined
  /** Whether experts in one parameter are in `storage` too. */
  readonly quantizesExperts: boolean
  readonly isPrepared: boolean
  /** Whether it was asked for where no trainer does it. */
  readonly isLeftUnprepared: boolean
  readonly autocast: boolean
  readonly optimizer: Optimizer
  readonly wideEmbeddingStates: boolean
  readonly optimizerStep: OptimizerStep
  readonly loss: LossKind
  readonly kernels: KernelSet
  readonly kernelPackages: readonly KernelPackage[]
  /** The type of weights that are trained, or that adapters are trained on. */
  readonly precision: TrainingPrecision
  /** The precision of weights that nothing trains; `undefined`: as the checkpoint stores them. */
  readonly served: WeightPrecision | undefined
  readonly attention: AttentionKernel
  readonly gradientAccumulation: number
  readonly keepOutputs: boolean
  /** `undefined`: as the config says. */
  readonly outputRouterLogits: boolean | undefined
  readonly attentionMask: boolean
  readonly inputGradients: boolean
  readonly sharding: ShardingOptions
  readonly layout: Required<LayoutOptions>
}

/**
 * Checks the options and fills in the defaults.
 *
 * @param model - what presets need to know of the model
 * @throws TypeError for an unknown option or choice, for options that exclude each other, and for what a preset cannot do
 * @throws RangeError for a count that is not an integer, or out of range
 */
export function checkMemoryOptions(given: MemoryOptions, model?: PresetModel): CheckedMemoryOptions {
  checkOptions(given, MEMORY_OPTIONS)
  const finetuning = finetuningRun(given)
  const { options, sentences } = withPreset(finetuning ? { ...given, method: finetuning.method } : given, model)
  const { untied, leavesOut } = besidePreset(options)
  const method = options.method ?? 'full'
  const sharding = shardingOf(options)
  const isAsked = options.prepareForKbitTraining ?? false
  const isPrepared = isAsked && !undoesPreparation(sharding)
  const reentrant = options.reentrant ?? sharding.strategy === 'fsdp1'
  const recompute = recomputationOf(options, finetuning)
  refuseContradictions(options, methodOf(method))
  if (methodOf(method).trains !== 'nothing')
    refuseOffloading({ sharding, recompute, kernels: options.kernels ?? 'torch' })
  const quantization = options.quantization ?? methodOf(method).quantization
  const served = options.precision ?? options.dtype
  if (finetuning) refuseBesideType(given, finetuning)
  const isWide = served === 'float32' || (isPrepared && quantization !== 'gptq')
  const turnsOff = strategyOf(sharding.strategy).hasMasters
  const autocast = options.autocast ?? (methodOf(method).weights === 'float32' || (isAsked && !turnsOff))
  if (isPrepared && isWide && !autocast && options.attention === 'flash')
    throw new TypeError(
      '`attention` is "flash", which needs 16 bits, and `prepareForKbitTraining` without `autocast` computes in float32: pass another kernel',
    )
  return {
    filledIn: [...sentences, ...leavesOut],
    preset: options.preset,
    untied,
    method,
    finetuning,
    batchSize: options.batchSize ?? 1,
    sequenceLength: options.sequenceLength ?? 4096,
    targetLength: options.targetLength,
    images: options.images ?? 0,
    imageSize: options.imageSize,
    audioSeconds: options.audioSeconds ?? 0,
    recompute,
    reentrant,
    lora: options.lora,
    adapterDtype: options.adapterDtype,
    storage: quantization === 'none' ? undefined : quantization,
    quantizesExperts: options.quantizeExperts ?? false,
    isPrepared,
    isLeftUnprepared: isAsked && !isPrepared,
    autocast,
    optimizer: options.optimizer ?? 'adamw',
    wideEmbeddingStates: options.wideEmbeddingStates ?? false,
    optimizerStep: options.optimizerStep ?? 'foreach',
    loss: lossOf(options, finetuning),
    kernels: options.kernels ?? 'torch',
    kernelPackages: options.kernelPackages ?? [],
    precision: methodOf(method).trains === 'nothing' ? 'bfloat16' : trainingPrecision(served),
    served,
    // Flash attention needs 16 bits. Prepared, packed layers return float32 for the float32 stream.
    attention: options.attention ?? (isWide && !autocast ? 'efficient' : 'flash'),
    gradientAccumulation: options.gradientAccumulation ?? 1,
    keepOutputs: options.keepOutputs ?? false,
    outputRouterLogits: options.outputRouterLogits,
    attentionMask: options.attentionMask ?? false,
    inputGradients: options.inputGradients ?? (isAsked && reentrant && recompute !== 'none'),
    sharding,
    layout: checkLayout(options.layout ?? {}),
  }
}

/**
 * The loss. Kernels for the logits replaced `CrossEntropyLoss` when transformers copied the logits to shift them (before 4.49), and
 * later; where nothing tells which, the copy counts.
 */
function lossOf({ loss, lossLogits }: MemoryOptions, finetuning: FinetuningRun | undefined): LossKind {
  const preferred = finetuning?.preference && (loss === 'logits' ? 'log-probs-of-logits' : finetuning.preference.loss)
  const kind = preferred ?? loss ?? 'logits'
  return { kind, logits: lossLogits ?? (kind === 'fused' ? 'float32-shifted' : 'float32') }
}

/** The precision of a method that trains something. */
function trainingPrecision(precision: WeightPrecision = 'bfloat16'): TrainingPrecision {
  const known = PRECISIONS.find((one) => one === precision)
  if (known) return known
  throw new TypeError(
    `\`precision\` should be "bfloat16", "float16" or "float32" for a method that trains, not "${precision}": only the method inference counts weights in other precisions`,
  )
}

/** The same options for another number of ranks. */
export function withRanks(options: CheckedMemoryOptions, ranks: number): CheckedMemoryOptions {
  const { strategy } = options.sharding
  const sharding: ShardingOptions = {
    ...options.sharding,
    strategy: strategy === 'none' && ranks > 1 ? 'fsdp2' : strategy,
    ranks,
  }
  const isLost = options.isPrepared && undoesPreparation(sharding)
  return {
    ...options,
    sharding,
    ...(isLost && { isPrepared: false, isLeftUnprepared: true }),
    layout: checkLayout({}),
  }
}

function shardingOf({ sharding, world }: MemoryOptions): ShardingOptions {
  if (sharding && world !== undefined) {
    throw new TypeError('`world` is short for `sharding`: pass only one of them')
  }
  if (sharding) refuseSharding(sharding)
  return sharding ?? { strategy: world === undefined || world === 1 ? 'none' : 'fsdp2', ranks: world ?? 1 }
}

/**
 * Whether nothing is left of `prepare_model_for_kbit_training`. Where ranks hold shards of parameters, trainers do not call it, because parameters that
 * are gathered together have one dtype (TRL 1.16.0, `experimental/utils.py`; axolotl 0.21.0, `loaders/model.py`). DeepSpeed casts to 16 bits what it
 * made float32 (0.19.8, `_cast_module_mixed_precision` in `runtime/engine.py`).
 */
function undoesPreparation({ strategy, ranks }: ShardingOptions): boolean {
  const { shares, hasMasters } = strategyOf(strategy)
  return hasMasters || (ranks > 1 && shares === 'parameters')
}

function recomputationOf(
  { recompute, gradientCheckpointing }: MemoryOptions,
  finetuning: FinetuningRun | undefined,
): Recomputation {
  if (recompute !== undefined && gradientCheckpointing !== undefined) {
    if ((recompute !== 'none') !== gradientCheckpointing) {
      throw new TypeError('`recompute` and `gradientCheckpointing` say different things: pass only one of them')
    }
  }
  // PEFT refuses prefixes together with gradient checkpointing.
  const isDefault = gradientCheckpointing ?? finetuning?.tokens !== 'prefixes'
  const asked = recompute ?? (isDefault ? 'layers' : 'none')
  return asked === 'layers' ? { every: 1 } : asked
}
