import type { Architecture } from '../architecture/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { completionTokens } from './completion-tokens.js'
import { STAGE_3_OPTIONS } from './deepspeed-options.js'
import { dropoutAssumptions } from './dropout-assumptions.js'
import { methodOf } from './methods.js'
import { hasNarrowStates } from './optimizers.js'
import { preferenceAssumptions } from './preference-assumptions.js'
import { ligerAssumptions } from './refused-kernels.js'
import { WITH_HEAD } from './replay/loss/loss.js'
import type { Offloader } from './replay/offloading.js'
import type { PackedStorage } from './replay/packed/packed-storage.js'
import type { ReplayModel } from './replay/replay-model.js'
import { fetchesAlone, isInUse, type ShardingOptions, type ShardingStrategy, strategyOf } from './sharding-options.js'
import { stackedExpertsSentences } from './stacked-experts-assumptions.js'
import { unslothAssumptions } from './unsloth-assumptions.js'

/** What an estimate of one run assumes, in sentences. */
export function memoryAssumptions(
  options: CheckedMemoryOptions,
  { architecture, ends }: Pick<ReplayModel, 'architecture' | 'ends'>,
): string[] {
  const always = [
    ...options.filledIn,
    ...dropoutAssumptions(architecture, options),
    'sequences are full: no padding',
    `attention by the ${options.attention} kernel`,
  ]
  const stored = options.storage ? [storageSentence(options.storage)] : []
  if (methodOf(options.method).trains === 'nothing') return [...always, ...stored, PREFILLS[ends]]
  return [
    ...always,
    ...(ends === 'logits of the last tokens' && options.recompute === 'none' ? [WITHOUT_CACHE] : []),
    ...lossSentences(options),
    ...(isOfTransformers(options, architecture) && ends === 'logits of the last tokens' ? [SINCE] : []),
    stepSentence(options),
    ...(options.optimizerStep === 'in-backward' ? [] : ['gradients are set to None after each step']),
    ...recomputeSentences(options),
    ...kernelSentences(options),
    ...ligerAssumptions(architecture, options),
    ...unslothAssumptions(architecture, options),
    ...shardingSentences(options),
    ...stored,
    ...stackedExpertsSentences(architecture, options),
    ...preparedSentences(options),
    ...finetuningSentences(options),
  ]
}

/** Earlier versions of transformers copied all float32 logits once more (`shift_logits`). */
const SINCE =
  "the loss is that of transformers since 4.49; older versions copy the float32 logits of several sequences once more: for them pass `lossLogits: 'float32-shifted'`, or the preset transformers-4.48"

/** Whether the loss is computed by transformers' own function, and nothing says by which version. */
function isOfTransformers({ loss, filledIn }: CheckedMemoryOptions, { program, forward }: Architecture): boolean {
  const isOwn = loss.kind === 'logits' && loss.logits === 'float32'
  return isOwn && filledIn.length === 0 && program === undefined && (forward?.logits?.shifts ?? 'no') === 'no'
}

/** transformers caches keys and values in training too, unless it is told otherwise or layers are recomputed. */
const WITHOUT_CACHE =
  'keys and values are not cached (`use_cache` is false); with a cache, models that compute queries, keys and values in one layer need more'

/** What a forward pass without gradients computes. */
const PREFILLS: Readonly<Record<ReplayModel['ends'], string>> = {
  'logits of the last tokens': 'one prefill of all tokens, with logits for the last token of each sequence',
  labels:
    'one forward pass of all tokens, with the logits of the labels; keys and values are cached unless `use_cache` is false in the config',
  vectors: 'one forward pass of all tokens, which ends with a vector for each of them',
  'hidden states': 'one prefill of all tokens, which ends with the hidden states: the model has no head',
  output: 'one forward pass of all tokens',
}

function lossSentences(options: CheckedMemoryOptions): string[] {
  const { loss, keepOutputs, autocast, finetuning } = options
  const completion = finetuning?.preference && completionTokens(finetuning.preference, options)
  const counted = completion === undefined ? 'all tokens' : `the ${completion} tokens of a completion`
  const kinds = {
    logits: 'the cross entropy in two operations, which keep the log-softmax',
    fused: 'the cross entropy in one kernel, which writes the gradient over the logits',
    chunked:
      'head and then loss for an eighth of the tokens at a time, as in torchtune: all logits exist until the loss is computed, and it keeps its log-softmax',
    'chunked-linear':
      'head and loss for an eighth of the tokens at a time, which runs backward at once, as in torchtitan: no more logits exist than those of two chunks',
    'fused-linear': 'head and loss in one kernel, without logits of all tokens; the head has no adapter of its own',
    'log-probs': `head and log-softmax in tiles, as TRL 1.16 computes log-probabilities; ${counted} count`,
  }
  const on = {
    float32: 'a float32 copy of the logits',
    'float32-shifted': 'a shifted copy of the float32 logits',
    'float32-gathered': 'the float32 logits of all ranks',
    model: 'the logits as they are',
  }
  if (loss.kind === 'log-probs-of-logits')
    return ['log-probabilities from a float32 copy of all logits, whose log-softmax is kept']
  if (loss.kind === 'log-probs-and-entropy')
    return [
      `log-probabilities of all tokens by one kernel, and a cross entropy of the chosen sequences${autocast ? ', on a float32 copy of the logits, as accelerate makes it under autocast' : ''}`,
    ]
  if (loss.kind === 'chunked' && keepOutputs)
    return ['the loss for 128 tokens at a time, and all logits kept in float32 during backward, as litgpt does']
  if (WITH_HEAD.includes(loss.kind)) return [kinds[loss.kind]]
  const kept = `the logits are ${keepOutputs ? 'kept during backward' : 'freed before backward, except what the loss saves'}`
  const isDefault = loss.kind === 'logits' && loss.logits === 'float32'
  return isDefault ? [kept] : [kept, `${kinds[loss.kind]}, on ${on[loss.logits]}`]
}

function stepSentence(options: CheckedMemoryOptions): string {
  const { optimizer, optimizerStep, sharding } = options
  if (sharding.offload?.some((what) => what === 'optimizer' || what === 'parameters')) {
    return 'the optimizer step is on the CPU'
  }
  if (optimizerStep === 'in-backward') return 'each parameter is updated in backward, and its gradient freed'
  if (optimizer === 'adamw-4bit-torchao')
    return `the optimizer step of ${optimizer} as torch 2.15 compiles it for each parameter: 24 bytes for each of its elements`
  if (optimizer === 'adamw-8bit-torchao')
    return `the optimizer step of ${optimizer} as torch 2.15 compiles it for each parameter; with torch 2.11 it needed 8 bytes more for each element of the largest one`
  if (optimizer !== 'adamw' && optimizer !== 'muon')
    return `the optimizer step of ${optimizer} as its library computes it${statesPhrase(options)}`
  const how = {
    foreach: 'for lists of parameters (foreach, the default of torch on a GPU), with one copy of what is trained',
    fused: 'fused',
    'for-loop': 'for one parameter at a time',
  }
  return `the optimizer step is ${how[optimizerStep]}`
}

/** How an optimizer of 8 bits treats embeddings, where their weights may be trained. */
function statesPhrase({ optimizer, method, wideEmbeddingStates, lora, sharding }: CheckedMemoryOptions): string {
  if (!hasNarrowStates(optimizer)) return ''
  if (isInUse(sharding) && strategyOf(sharding.strategy).shares !== 'nothing')
    return wideEmbeddingStates
      ? '; `wideEmbeddingStates` has no effect where ranks share states: bitsandbytes finds no embeddings there'
      : ''
  if (wideEmbeddingStates) return ', with float32 states of embeddings'
  const mayTrain = methodOf(method).trains === 'weights' || lora?.modulesToSave !== undefined
  return mayTrain
    ? '; embeddings have states of 8 bits too, which the Trainer of transformers keeps in float32: for that pass `wideEmbeddingStates`'
    : ''
}

function recomputeSentences({ recompute, reentrant }: CheckedMemoryOptions): string[] {
  if (recompute === 'none') return []
  if (recompute === 'selective')
    return ['every second product and attention are kept, everything else is computed again']
  const which = recompute.every === 1 ? 'every decoder layer' : `one of ${recompute.every} decoder layers`
  return [`gradient checkpointing (${reentrant ? 'reentrant' : 'non-reentrant'}) on ${which}`]
}

function kernelSentences({ kernels, autocast }: CheckedMemoryOptions): string[] {
  const whose = {
    torch: [],
    liger: ["norms, rotation and gated activations by Liger's kernels"],
    unsloth: [
      'norms, rotation and adapters by the kernels that Unsloth had in 2024, and fms-acceleration has; pass "unsloth-2026.10" for those that its preset counts',
    ],
    'unsloth-2026.10': [],
  }
  return [...whose[kernels], ...(autocast ? ['the forward pass runs under autocast to bfloat16'] : [])]
}

const STRATEGY_SENTENCES: Readonly<Record<ShardingStrategy, string>> = {
  none: '',
  ddp: 'a whole copy on each rank, and buckets as large as all gradients (gradient_as_bucket_view is not set)',
  'zero-1':
    'optimizer states and float32 copies of parameters are shared, gradients and parameters are not; gradients are reduced in buckets of `reduce_bucket_size` elements',
  'zero-2':
    'optimizer states, float32 copies of parameters, and gradients are shared, parameters are not; gradients are reduced in buckets of `reduce_bucket_size` elements',
  'zero-3':
    'parameters, gradients, optimizer states and float32 copies of parameters are shared; each decoder layer and the rest gathered when needed',
  fsdp1:
    'each decoder layer and the rest are one flat parameter, gathered when needed, the next one while a layer runs backward',
  fsdp2: 'each decoder layer and the rest gathered when needed',
  hsdp: 'each decoder layer and the rest gathered when needed, from the ranks of one group',
}

const STRATEGY_NAMES: Readonly<Record<ShardingStrategy, string>> = {
  none: 'one rank',
  ddp: 'DDP',
  'zero-1': 'ZeRO-1',
  'zero-2': 'ZeRO-2',
  'zero-3': 'ZeRO-3',
  fsdp1: 'FSDP1',
  fsdp2: 'FSDP2',
  hsdp: 'HSDP',
}

function shardingSentences({ sharding, kernels, method }: CheckedMemoryOptions): string[] {
  const { strategy, ranks } = sharding
  const isUsed = isInUse(sharding)
  // Unsloth's way is said with its kernels.
  const offload = (sharding.offload ?? []).filter((what) => kernels !== 'unsloth-2026.10' || what !== 'activations')
  const moved = offload.filter((what) => what !== 'activations' && (isUsed || what !== 'parameters'))
  const name = STRATEGY_NAMES[strategy]
  const adapters =
    strategy === 'fsdp2' || strategy === 'hsdp'
      ? '; adapters have the dtype of the weights unless `adapterDtype` says otherwise'
      : strategy.startsWith('zero') && methodOf(method).trains === 'adapters'
        ? '; DeepSpeed casts adapters to the dtype of the weights, whatever `adapterDtype` says'
        : ''
  return [
    ...(ranks > 1
      ? [`${name} over ${ranks} ranks: ${STRATEGY_SENTENCES[strategy]}; the figures are for rank 0${adapters}`]
      : isUsed
        ? engineSentences(sharding, adapters)
        : oneRankSentences(sharding)),
    ...(moved.length > 0
      ? [`${moved.join(', ')} on the CPU; what is on its way to the GPU is counted one layer at a time`]
      : []),
    ...(offload.includes('activations') ? [OFFLOADER_SENTENCES[sharding.offloadedBy ?? 'torchtune']] : []),
  ]
}

const OFFLOADER_SENTENCES: Readonly<Record<Offloader, string>> = {
  torchtune:
    'activations on the CPU, as `OffloadActivations` of torchtune 0.6.1 does it: the last five saved tensors are still on the GPU, and so is what head and loss of a decoder save',
  'llama-factory':
    'the inputs of layers are on the CPU between forward and backward, as LLaMA-Factory 0.9.5 moves them with `use_unsloth_gc`',
  trl: 'activations on the CPU, as `OffloadActivations` of TRL 1.16.0 does it: what two operations save one after the other stays on the GPU, and so does what the head of a decoder saves',
}

/** One rank of DeepSpeed. */
function engineSentences(sharding: ShardingOptions, adapters: string): string[] {
  const { strategy, parameterDtype, reduceDtype, reshardAfterForward, offload, deepspeed = {} } = sharding
  const isOnCpu = offload?.some((what) => what !== 'activations') ?? false
  const isOfStage3 = strategy === 'zero-3' && !fetchesAlone(sharding)
  const given = { parameterDtype, reshardAfterForward, ...(isOfStage3 && { reduceDtype }) }
  const unused = [
    ...namesOf(given),
    ...(isOfStage3
      ? STAGE_3_OPTIONS.filter((one) => deepspeed[one] !== undefined).map((one) => `deepspeed.${one}`)
      : []),
  ]
  return [
    `${STRATEGY_NAMES[strategy]} on one rank: the engine of DeepSpeed has ${isOnCpu ? '' : 'float32 copies of what is trained and '}its buffers there too, and nothing is shared${adapters}`,
    ...unused.map((one) => `\`sharding.${one}\` has no effect with one rank`),
  ]
}

/** The options that are given. */
function namesOf(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [name]))
}

const ALONE_WITH_FSDP2 = [
  'one rank is counted as it is without a strategy: with FSDP2 around its model, copies of gathered parameters come on top (5 to 20 % in four recorded steps of a small Llama)',
]

/** What one rank does where its strategy is in use all the same. FSDP1 then needs what it needs without. */
const ALONE: Readonly<Partial<Record<ShardingStrategy, readonly string[]>>> = {
  ddp: [
    'one rank is counted as it is without a strategy: with DDP around its model, buckets as large as all gradients come on top',
  ],
  fsdp2: ALONE_WITH_FSDP2,
  hsdp: ALONE_WITH_FSDP2,
}

/** With one rank nothing needs to be gathered or reduced. */
function oneRankSentences({
  strategy,
  parameterDtype,
  reduceDtype,
  reshardAfterForward,
  syncEachBatch,
  offload,
}: ShardingOptions): string[] {
  const unused = namesOf({ parameterDtype, reduceDtype, reshardAfterForward, syncEachBatch }).map(
    (name) => `\`sharding.${name}\` has no effect with one rank`,
  )
  const left = ALONE[strategy] ?? []
  return offload?.includes('parameters')
    ? [
        ...left,
        ...unused,
        'with one rank, `sharding.offload` of parameters moves only the optimizer: they are counted on the GPU',
      ]
    : [...left, ...unused]
}

function storageSentence(storage: PackedStorage): string {
  const names: Readonly<Record<PackedStorage, string>> = {
    nf4: 'NF4 with single quantisation',
    'nf4-double': 'NF4 with double quantisation',
    int8: 'int8 with a scale for each row',
    gptq: 'GPTQ of 4 bits with groups of 128',
    awq: 'AWQ of 4 bits with groups of 128',
    fp8: 'FP8 with scales for blocks of 128 by 128',
  }
  return `linear layers except the output embedding are in ${names[storage]}, unpacked for each product`
}

function preparedSentences({ storage, isPrepared, isLeftUnprepared, sharding }: CheckedMemoryOptions): string[] {
  if (isLeftUnprepared && strategyOf(sharding.strategy).shares !== 'parameters')
    return [
      'prepare_model_for_kbit_training has no effect with DeepSpeed 0.19.8, which casts what it made float32 to 16 bits',
    ]
  if (isLeftUnprepared)
    return [
      'prepare_model_for_kbit_training has no effect where ranks share parameters: TRL and axolotl do not call it then',
    ]
  if (isPrepared && storage === 'gptq')
    return ['prepare_model_for_kbit_training leaves the dtypes of a GPTQ model as they are']
  if (isPrepared)
    return ['prepare_model_for_kbit_training was called: what is not quantised is in float32, with the residual stream']
  return storage ? ['what is not quantised keeps its dtype: prepare_model_for_kbit_training was not called'] : []
}

function finetuningSentences(options: CheckedMemoryOptions): string[] {
  const { finetuning, method, lora } = options
  const kind = finetuning?.adapters?.peftType ?? lora?.peftType
  const adaLora =
    kind === 'adalora' && methodOf(method).trains === 'adapters'
      ? [
          "AdaLoRA's importance scores (three more copies of the adapters, once update_and_allocate is called) are not counted",
        ]
      : []
  if (!finetuning) return adaLora
  const { type, preference, tokens, groups } = finetuning
  const own = {
    gradual_unfreezing: ['the step after the last layer is unfrozen, which needs most'],
    lora_merged: ['the adapters are merged after training'],
  } as Readonly<Record<string, readonly string[]>>
  return [
    ...adaLora,
    ...(own[type] ?? []),
    ...(tokens === 'prefixes' ? ['no gradient checkpointing: PEFT refuses it together with prefixes'] : []),
    ...(groups === 'lora-plus' ? ["the optimizer updates A and B one after the other, as PEFT's LoRA+ does"] : []),
    ...(preference ? preferenceAssumptions(preference, options, type) : []),
  ]
}
