import { familyOf } from '../architecture/families/index.js'
import type { Unreplayed } from '../architecture/family.js'
import type { Architecture } from '../architecture/index.js'
import { isOnlyInTransformers5 } from '../architecture/newer-types.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import { isInUse, strategyOf } from './sharding-options.js'

/** What is known to be off in an estimate, by how much in runs of torch, in sentences. The guide lists the same. */
export function knownGaps(architecture: Described, options: CheckedMemoryOptions): string[] {
  const { family } = architecture
  const own = (familyOf(family)?.unreplayed ?? []).map((gap) => OF_FAMILIES[gap])
  const all = [
    ...own,
    ...(isOnlyInTransformers5(family) || trainsSomeLayers(options) ? [INPUT_GRADIENTS] : []),
    ...(trainsSomeLayers(options) ? [INPUTS_OF_LLAMA_FACTORY] : []),
  ]
  const gaps = [...new Set(all)].filter(({ applies }) => applies(options)).map(({ says }) => says)
  return [
    ...gaps,
    ...(options.finetuning?.type === 'ppo' ? [OF_PPO] : []),
    ...(options.lora?.useDora && isSelective(options) ? [OF_DORA] : []),
    ...gapsOfRanks(options),
    ...(copiesMasks(architecture, options) ? [OF_MASKS] : []),
    ...(leavesGroups(architecture, options) ? [OF_GROUPS] : []),
    ...(exceedsPositions(architecture, options) ? [OF_POSITIONS] : []),
    ...(scalesEmbeddings(architecture, options) ? [OF_SCALED] : []),
    ...(exceedsWindow(architecture, options) ? [OF_WINDOWS] : []),
    ...(options.isPrepared && (options.images > 0 || options.audioSeconds > 0) ? [OF_PREPARED_INPUTS] : []),
  ]
}

/** Seen with Mistral 3, whose encoder reads pixels in the dtype of its convolution. */
const OF_PREPARED_INPUTS =
  'pixels and sound that the code does not cast count in 16 bits: after prepare_model_for_kbit_training, which casts the first layer of an encoder to float32, they may be in float32, twice as large'

/** Whether prefixes are longer than what a layer with a window looks back at. */
function exceedsWindow({ dimensions }: Described, { finetuning }: CheckedMemoryOptions): boolean {
  const { windowTokens = Number.POSITIVE_INFINITY } = dimensions ?? {}
  return finetuning?.tokens === 'prefixes' && (finetuning.options.numVirtualTokens ?? 1) >= windowTokens
}

/** `DynamicSlidingWindowLayer` of transformers 4.57.6, in which PEFT 0.21.2 puts prefixes of Gemma alone. */
const OF_WINDOWS =
  'prefixes are longer than the sliding window: Gemma cuts them in layers with windows, which is not counted, so that two recorded runs of a small Gemma 2 needed 2.3 and 3.6 % less'

/** Whether a text has more tokens than the config says. Rotation and distances go on behind that. */
function exceedsPositions({ forward, dimensions }: Described, options: CheckedMemoryOptions): boolean {
  const { contextTokens = Number.POSITIVE_INFINITY } = dimensions ?? {}
  const { sequenceLength, targetLength = sequenceLength } = options
  return !forward?.rotation && !forward?.alibi && Math.max(sequenceLength, targetLength) > contextTokens
}

const OF_POSITIONS =
  'texts have more tokens than the positions that the config states: torch stops if they are a table of that size'

/** Whether gradients end at embeddings that the model scales in transformers 4.57, and the embedding itself in 5.24. */
function scalesEmbeddings({ forward }: Described, { inputGradients, method }: CheckedMemoryOptions): boolean {
  return inputGradients && methodOf(method).trains !== 'nothing' && forward?.embedding === 'scaledForFirstLayer'
}

const OF_SCALED =
  'embeddings are scaled as in transformers 4.57; version 5 scales them inside the module, and with `inputGradients` needs up to one hidden state less (1.3 to 2.0 % in recorded runs of a small model)'

/** Whether torch gets fewer heads of keys than of queries, and no mask (`use_gqa_in_sdpa` of transformers 4.48 and above). */
function leavesGroups({ forward, dimensions }: Described, { attention }: CheckedMemoryOptions): boolean {
  const isShared = dimensions !== undefined && dimensions.kvHeads < dimensions.heads
  return attention === 'efficient' && isShared && forward !== undefined && (forward.masks?.given ?? 'never') === 'never'
}

/** As on an H100 with the flash kernel turned off (torch 2.11): `check_batch_size_and_num_heads_dense` of torch's sdp_utils.cpp. */
const OF_GROUPS =
  'keys and values are repeated for each head of queries, as transformers does where there is a mask; without one it leaves shared heads to torch, whose memory-efficient kernel does not take them, so that torch keeps all scores: `eager` needs about as much'

type Described = Pick<Architecture, 'family' | 'forward'> & Partial<Pick<Architecture, 'dimensions'>>

interface Gap {
  readonly applies: (options: CheckedMemoryOptions) => boolean
  readonly says: string
}

/** What `PreTrainedModel.gradient_checkpointing_enable` of transformers 5 does. That of 4.57 leaves it to the caller. */
const INPUT_GRADIENTS: Gap = {
  applies: ({ method, finetuning, recompute, inputGradients, preset }) =>
    (methodOf(method).trains === 'adapters' || finetuning?.part !== undefined) &&
    recompute !== 'none' &&
    !inputGradients &&
    preset !== 'llama-factory',
  says: 'gradients end at the first layer that trains; transformers 5 lets them flow to the input embeddings when it checkpoints, which recomputes the layers below too: pass `inputGradients` then',
}

/** `get_custom_gradient_checkpointing_func` in `model/model_utils/checkpointing.py` of LLaMA-Factory 0.9.5. */
const INPUTS_OF_LLAMA_FACTORY: Gap = {
  applies: ({ recompute, inputGradients, preset }) =>
    preset === 'llama-factory' && recompute !== 'none' && !inputGradients,
  says: 'LLaMA-Factory 0.9.5 also computes the gradient of the input of the first layer that trains, which is not counted',
}

/** Whether layers may be frozen below others that train. */
function trainsSomeLayers({ finetuning, lora }: CheckedMemoryOptions): boolean {
  return finetuning?.part !== undefined || lora?.layersToTransform !== undefined
}

const OF_FAMILIES: Readonly<Record<Unreplayed, Gap>> = {
  'router in mixed precision': {
    applies: isMixed,
    says: 'the router of dots1 sums weights in bfloat16 in mixed precision, which is not replayed: 0.004 % and 0.008 % off in two runs',
  },
  'experts in mixed precision': {
    applies: isMixed,
    says: 'the experts of PhiMoE in mixed precision are off by 0.03 to 0.08 % in recorded runs',
  },
  'adapters under autocast': {
    applies: (options) => methodOf(options.method).trains === 'adapters' && isMixed(options),
    says: 'LoRA under autocast is 0.4 to 0.6 % too low in recorded runs of small models: about one float32 copy of the hidden states is missing',
  },
  'reentrant recomputation': {
    applies: ({ method, reentrant, recompute }) =>
      methodOf(method).trains !== 'nothing' && reentrant && recompute !== 'none',
    says: 'reentrant recomputation of this family was off by 0.5 to 1.8 % in recorded runs of small models; without `reentrant` there are none',
  },
  'selective recomputation': {
    applies: isSelective,
    says: "selective recomputation of BLOOM is up to 3.4 % too high on small models, since torchtitan's policy does not name `baddbmm`",
  },
  'loss without logits': {
    applies: ({ loss, method }) =>
      methodOf(method).trains !== 'nothing' && (loss.kind === 'chunked' || loss.kind === 'fused-linear'),
    says: 'the head of MiniCPM reads a scaled copy of the hidden states, which is not counted where head and loss are one: 2 bytes for each token and feature',
  },
  'recomputation of AdaLoRA': {
    applies: ({ finetuning, lora, method, recompute }) =>
      methodOf(method).trains === 'adapters' &&
      (finetuning?.adapters?.peftType ?? lora?.peftType) === 'adalora' &&
      recompute !== 'none',
    says: "the order of AdaLoRA's sums in the recomputation of GPT-2 is not replayed: 0.63 % below a recorded run",
  },
  'adapters inside saved modules': {
    applies: ({ lora }) => lora?.modulesToSave?.includes('embed_tokens') === true,
    says: 'PEFT takes `vision_embed_tokens` for a saved `embed_tokens` too, and copies adapters and buffers inside it, which are not counted: 0.6 % too low in one run',
  },
  'selective recomputation of packed weights': {
    applies: (options) => isSelective(options) && options.storage !== undefined,
    says: 'selective recomputation of packed weights was 0.8 % too low in a drawn run of a small Jamba',
  },
  'distances of one text': {
    applies: (options) => isMixed(options) && methodOf(options.method).trains !== 'nothing' && options.batchSize === 1,
    says: 'DeBERTa-v2 in mixed precision with a batch of one text is 0.2 to 0.5 % too high in five recorded runs of a small model: torch adds up gradients of its table of distances earlier',
  },
  'choices stepped in backward': {
    applies: ({ method, optimizerStep }) => methodOf(method).trains !== 'nothing' && optimizerStep === 'in-backward',
    says: "ALBERT's multiple choice with the step in backward was 0.0085 % off in one recorded run of a small model",
  },
  // Families of 4.57 that are described as 5 writes them.
  'input gradients of transformers 5': INPUT_GRADIENTS,
  // There its block is no `GradientCheckpointingLayer`.
  'no recomputation in transformers 4.57': {
    applies: ({ method, recompute }) => methodOf(method).trains !== 'nothing' && recompute !== 'none',
    says: "transformers 4.57 recomputes nothing of GPT-BigCode, versions before and after it do: pass `recompute: 'none'` for 4.57",
  },
}

const OF_PPO = 'PPO is described from TRL 0.19, which was read in part; no run was recorded'

const OF_DORA = 'DoRA with selective recomputation is 3 to 5 % too high in three recorded runs'

const OF_MASKS =
  "CUDA's memory-efficient attention copies a mask of numbers whose rows are not a multiple of 8 elements (`pad_bias`), and keeps the copy for backward: not counted, so that each layer with a mask may need that much more; round `sequenceLength` up to a multiple of 8"

/** What drawn runs on several ranks have found. */
function gapsOfRanks(options: CheckedMemoryOptions): string[] {
  const { strategy, ranks } = options.sharding
  if (!isInUse({ strategy, ranks })) return []
  const isShared = strategy === 'zero-3' && ranks > 1
  const ofTokens = isShared && options.finetuning?.tokens ? [OF_ZERO_3_TOKENS] : []
  const ofReference = isShared && options.finetuning?.preference?.reference ? [OF_REFERENCE] : []
  const ofRanks = [...gapsOfReduction(options), ...ofReference, ...ofTokens]
  return strategyOf(strategy).hasMasters && isMixed(options) ? [...ofRanks, OF_AUTOCAST] : ofRanks
}

function gapsOfReduction(options: CheckedMemoryOptions): string[] {
  const { sharding, gradientAccumulation, layout } = options
  const { strategy, deepspeed, syncEachBatch } = sharding
  const isSynchronised = strategyOf(strategy).shares === 'parameters' && strategy !== 'zero-3'
  if (isSynchronised && gradientAccumulation > 1 && syncEachBatch === undefined)
    return [
      layout.expert === 1 ? `${OF_MICRO_BATCHES}: ${FOR_THAT}` : `${OF_MICRO_BATCHES}, which are not counted`,
      ...gapsOfFsdp1(options),
    ]
  return strategy === 'zero-3' && sharding.ranks > 1 && deepspeed !== undefined ? [OF_ZERO_3] : gapsOfFsdp1(options)
}

function gapsOfFsdp1({
  sharding,
  lora,
  method,
  gradientAccumulation,
  reentrant,
  recompute,
}: CheckedMemoryOptions): string[] {
  const { strategy, parameterDtype, reshardAfterForward } = sharding
  const isRest = lora?.useDora || lora?.modulesToSave?.length || (lora?.bias ?? 'none') !== 'none'
  const isKept = reshardAfterForward === false
  const isAgain = reentrant && recompute !== 'none'
  const isAdapted = methodOf(method).trains === 'adapters'
  if (strategy === 'fsdp1' && isAdapted && (isRest || parameterDtype !== undefined || isKept || isAgain))
    return [OF_FSDP1]
  return strategy === 'fsdp1' && !isAdapted && isKept && gradientAccumulation > 1 ? [OF_FSDP1_MICRO_BATCHES] : []
}

const OF_REFERENCE =
  'ZeRO-3 with a reference was from 8.4 % too low (KTO from all logits) to 11.3 % too high (adapters, parameters above the threshold) in four recorded runs of a small Llama, and exact in four others'

const OF_ZERO_3_TOKENS =
  'ZeRO-3 with virtual tokens, where backward does not come to frozen embeddings, was up to 3.7 % too high in recorded runs of small models'

/** `no_sync` of accelerate 1.15.0, which the Trainer of transformers 4.57.6 enters for all micro-batches but the last. */
const OF_MICRO_BATCHES =
  'gradients are reduced after each micro-batch; transformers and accelerate reduce them after the last one alone, unless `sync_each_batch` is set, and hold whole gradients until then'

const FOR_THAT = 'pass `syncEachBatch: false` in `sharding` for that'

const OF_FSDP1 =
  'FSDP1 with adapters, beside DoRA, saved modules, biases, float32 shards, parameters that stay gathered or reentrant checkpointing, was from 1.9 % too low to 2.2 % too high in recorded runs of a small Llama, and further off in four earlier runs of other models (14 % too low to 36 % too high); use fsdp2'

const OF_FSDP1_MICRO_BATCHES =
  'FSDP1 whose parameters stay gathered was 4.4 % too high in a drawn run that adds up gradients; use fsdp2'

/** `autocast_if_enabled` in its `runtime/torch_autocast.py`. */
const OF_AUTOCAST =
  'the step is counted under autocast, as with `torch_autocast` in the config of DeepSpeed; without it DeepSpeed 0.19.8 turns autocast off: pass `autocast: false`, and a method with weights in 16 bits'

const OF_ZERO_3 =
  'ZeRO-3 with sizes of its own is estimated for all parameters at once, not for one module after the other: within 0.6 % in recorded runs of small models, and up to 0.8 % too high with adapters on whole parameters'

function isMixed({ method, autocast }: CheckedMemoryOptions): boolean {
  return autocast || methodOf(method).weights === 'float32'
}

function isSelective({ method, recompute }: CheckedMemoryOptions): boolean {
  return methodOf(method).trains !== 'nothing' && recompute === 'selective'
}

/** `preprocess_mask` of torch's `aten/src/ATen/native/transformers/attention.cpp`, for masks that the code makes itself. */
function copiesMasks({ dimensions, forward }: Described, { attention, sequenceLength }: CheckedMemoryOptions): boolean {
  if (!forward || attention === 'eager' || sequenceLength % 8 === 0) return false
  const isWindowed = (dimensions?.windowTokens ?? sequenceLength) < sequenceLength
  const { given = 'never' } = forward.masks ?? {}
  return isWindowed || (given !== 'never' && given !== 'prefill')
}
