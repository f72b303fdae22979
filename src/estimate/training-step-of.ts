import { familyOf } from '../architecture/families/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { completionTokens } from './completion-tokens.js'
import { deepspeedSizes } from './deepspeed-options.js'
import { methodOf } from './methods.js'
import { stateBytes } from './optimizers.js'
import { type ComputeDtype, DTYPE_BYTES } from './replay/dtype.js'
import { type Kernels, kernelsOf } from './replay/kernel-set.js'
import type { TrainingStep } from './replay/step/training-options.js'
import type { ResolvedModel } from './resolved-model.js'
import { routerLogitsOf } from './router-logits.js'
import { bucketBytes, shardingRules, strategyOf, zeroRules } from './sharding-options.js'

/** The training step that options describe, as the replay needs it. */
export function trainingStepOf(
  { architecture, adapters, trains: trainsParameter }: Pick<ResolvedModel, 'architecture' | 'adapters' | 'trains'>,
  options: CheckedMemoryOptions,
): TrainingStep {
  const { trains, weights } = methodOf(options.method)
  const { sharding, storage, recompute, isPrepared } = options
  const isMixed = weights === 'float32'
  const own: ComputeDtype = isMixed ? 'float32' : options.precision
  const isSharded = sharding.ranks > 1 && strategyOf(sharding.strategy).shares === 'parameters'
  const parameterDtype = (isSharded ? sharding.parameterDtype : undefined) ?? own
  // A mixed-precision policy gathers float32 shards in 16 bits (`MixedPrecisionPolicy`, `MixedPrecision`).
  const half = options.precision !== 'float32' ? options.precision : options.autocast ? 'bfloat16' : undefined
  const computeDtype = isSharded && parameterDtype === 'float32' ? half : undefined
  const keepsInputs = options.reentrant && trains === 'adapters' && recompute !== 'none'
  const { hasMasters: masters } = strategyOf(sharding.strategy)
  const offload = sharding.offload ?? []
  const isOptimizerOffloaded = offload.includes('optimizer') || offload.includes('parameters')
  const { finetuning } = options
  const deepspeed = deepspeedSizes(sharding.deepspeed, architecture.dimensions.hiddenSize)
  return {
    batch: options.batchSize * (finetuning?.preference?.sequences ?? 1),
    sequence: options.sequenceLength,
    target: options.targetLength,
    images: options.images,
    seconds: options.audioSeconds,
    recompute,
    reentrant: options.reentrant,
    kernel: options.attention,
    kernels: kernelsFor(options, architecture.family),
    kernelPackages: new Set(options.kernelPackages),
    loss: options.loss,
    parameterDtype,
    autocast: options.autocast,
    trained: trains === 'weights',
    trains: trainsParameter,
    virtualTokens: finetuning?.tokens && {
      kind: finetuning.tokens,
      count: finetuning.options.numVirtualTokens ?? 1,
      encoderHiddenSize: finetuning.options.encoderHiddenSize,
      isProjected: finetuning.options.prefixProjection ?? false,
    },
    preference: finetuning?.preference,
    completion: finetuning?.preference && completionTokens(finetuning.preference, options),
    stepsInGroups: finetuning?.groups === 'lora-plus',
    storage,
    packsExperts: options.quantizesExperts,
    // PEFT leaves GPTQ models as they are (`is_gptq_quantized` in its `utils/other.py`).
    restDtype: isPrepared && storage !== 'gptq' ? 'float32' : undefined,
    // DeepSpeed casts the whole model. FSDP2 can gather several dtypes, but accelerate gives a model one.
    adapterDtype: masters
      ? parameterDtype
      : (options.adapterDtype ?? (isSharded && sharding.strategy !== 'fsdp1' ? parameterDtype : 'float32')),
    adapters: finetuning?.preference?.withoutDropout ? { ...adapters, hasDropout: false } : adapters,
    optimizer: options.optimizer,
    optimizerStep: options.optimizerStep,
    stateBytes: (shape, dtype, tensor) =>
      isOptimizerOffloaded
        ? 0
        : stateBytes(options.optimizer, shape, masters ? DTYPE_BYTES.float32 : DTYPE_BYTES[dtype], tensor),
    // bitsandbytes finds embeddings by their parameters, which ranks that share states have not.
    hasWideEmbeddingStates: options.wideEmbeddingStates && strategyOf(sharding.strategy).shares === 'nothing',
    microBatches: options.gradientAccumulation,
    sharding: shardingRules(sharding, { computeDtype, keepsInputs, recomputes: recompute !== 'none', deepspeed }),
    zero: zeroRules(sharding, deepspeed),
    stateRanks: strategyOf(sharding.strategy).shares === 'nothing' ? 1 : sharding.ranks,
    // Stages 1 and 2 copy float32 weights too; stage 3 updates them as they are.
    masterBytes:
      masters && (own !== 'float32' || sharding.strategy !== 'zero-3') && !isOptimizerOffloaded
        ? DTYPE_BYTES.float32
        : 0,
    stepDtype: masters ? 'float32' : undefined,
    stepsOnCpu: isOptimizerOffloaded,
    bucketBytes: bucketBytes(sharding, { width: DTYPE_BYTES[computeDtype ?? parameterDtype], deepspeed }),
    sharesBuffers: sharesBuffers(options),
    offloader: offload.includes('activations') ? (sharding.offloadedBy ?? 'torchtune') : undefined,
    stagesInputs: options.kernels === 'unsloth-2026.10' && offload.includes('activations') && recompute !== 'none',
    keepOutputs: options.keepOutputs,
    isMasked: options.attentionMask,
    routerLogits: routerLogitsOf(architecture, options),
    inputGradients: options.inputGradients,
  }
}

/** DDP shares no buffers in the forward pass behind one under `no_sync` (`require_forward_param_sync` in its `distributed.py`). */
function sharesBuffers({ sharding, gradientAccumulation }: CheckedMemoryOptions): TrainingStep['sharesBuffers'] {
  if (sharding.strategy !== 'ddp' || sharding.ranks === 1) return undefined
  return sharding.syncEachBatch === false && gradientAccumulation > 1 ? 'first' : 'each'
}

/** Where all weights are trained, Unsloth compiles the classes of transformers, with attention of their own: what that keeps of a gated activation is as in one kernel. */
function kernelsFor({ kernels, method }: CheckedMemoryOptions, family: string): Kernels {
  const own = kernelsOf(kernels, familyOf(family)?.liger)
  return kernels === 'unsloth-2026.10' && methodOf(method).trains === 'weights'
    ? { ...own, adapters: 'no', padsAttention: false, gates: true }
    : own
}
