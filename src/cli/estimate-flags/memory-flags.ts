import type { Option } from 'commander'
import { KERNEL_PACKAGES } from '../../estimate/kernel-packages.js'
import { LORA_OPTIONS, type LoraOptions } from '../../estimate/lora/options.js'
import { MEMORY_OPTIONS, type MemoryOptions, RECOMPUTES } from '../../estimate/memory-options.js'
import { SHARDING_OPTIONS, type ShardingOptions } from '../../estimate/sharding-options.js'
import { parseTargets } from '../lora-count.js'
import { flagGroup } from './flag-group.js'
import { DEEPSPEED_NAMES, readDeepspeed } from './read-deepspeed.js'
import { readImageSize, readLayout, readNames, readNumber, readNumbers, readRank, readRecompute } from './read-value.js'

/** The options that the command has under names of its own, or in groups. */
type Elsewhere =
  | 'method'
  | 'batchSize'
  | 'sequenceLength'
  | 'gradientCheckpointing'
  | 'precision'
  | 'dtype'
  | 'lora'
  | 'sharding'
  | 'world'

/** The options of the training step. The compiler ensures that none is missing. */
export const STEP_FLAGS = flagGroup<MemoryOptions, Exclude<keyof MemoryOptions, Elsewhere>>(
  'Training step:',
  MEMORY_OPTIONS,
  {
    preset: { value: '<framework>', default: null, help: 'fill in what is not given as a framework does by default' },
    finetuningType: {
      value: '<type>',
      help: 'what is trained, and which other models are held: instead of --method',
      default: null,
    },
    numVirtualTokens: {
      value: '<n>',
      read: readNumber,
      help: 'virtual tokens of prompt, prefix and p-tuning',
      default: null,
    },
    encoderHiddenSize: {
      value: '<n>',
      read: readNumber,
      help: 'the width of the encoder of p-tuning, and of projected prefixes',
      default: 'as a token or key',
    },
    prefixProjection: { says: 'yes', help: 'prefixes are projected by a small network' },
    layers: {
      value: '<n>',
      read: readNumber,
      help: 'how many of the last decoder layers top_layers trains',
      default: null,
    },
    targetLength: {
      value: '<n>',
      read: readNumber,
      help: 'tokens that an encoder-decoder writes (default: as many as it reads); with dpo, kto, grpo and their like, the tokens of a completion (default: all; with grpo and ppo at most 512)',
    },
    referenceModel: {
      says: 'no',
      help: 'leave out the reference model, as TRL does with precompute_ref_log_probs, or with GRPO and beta 0',
    },
    images: {
      value: '<n>',
      read: readNumber,
      help: 'images in each sequence, whose tokens are among its own (default: 0)',
    },
    imageSize: {
      value: '<w>x<h>',
      read: readImageSize,
      help: 'the size of the images in pixels, such as 1280x720 (default: what the processor of the family makes, or 1024x1024)',
    },
    audioSeconds: { value: '<n>', read: readNumber, help: 'seconds of sound in each sequence (default: 0)' },
    optimizer: { value: '<optimizer>', help: 'what updates the parameters' },
    wideEmbeddingStates: {
      says: 'either',
      help: "an optimizer of 8 bits keeps float32 states of embeddings, as in transformers' Trainer",
    },
    optimizerStep: { value: '<step>', help: 'how its step is computed' },
    gradientAccumulation: { value: '<n>', read: readNumber, help: 'micro-batches before a step (default: 1)' },
    loss: { value: '<loss>', help: 'how the loss is computed' },
    lossLogits: {
      value: '<type>',
      help: 'what the loss is computed on: copies of the logits, or the logits themselves; with the loss fused, float32-shifted unless given',
    },
    keepOutputs: { says: 'yes', help: "the loop keeps the model's output during backward" },
    kernels: { value: '<kernels>', help: 'whose kernels compute norms, rotation and gated activations' },
    kernelPackages: {
      value: '<name,…>',
      read: readNames,
      words: [...KERNEL_PACKAGES],
      help: `installed packages with kernels for state spaces and linear attention: ${KERNEL_PACKAGES.join(', ')} (default: none)`,
    },
    attention: { value: '<kernel>', help: 'the attention kernel' },
    recompute: {
      value: '<what>',
      read: readRecompute,
      words: [...RECOMPUTES, 'every='],
      help: `what backward computes again: ${RECOMPUTES.join(', ')}, or every=<n> for every nth layer (default: ${RECOMPUTES[0]})`,
    },
    reentrant: { says: 'either', help: 'reentrant gradient checkpointing (default: with fsdp1 only)' },
    autocast: {
      says: 'either',
      help: 'autocast to bfloat16 in the forward pass (default: with full-mixed and prepared weights only)',
    },
    inputGradients: { says: 'either', help: 'gradients flow to the input embeddings' },
    outputRouterLogits: {
      says: 'either',
      help: 'a mixture of experts returns the logits of its routers, and adds a loss of them (default: as its config says)',
    },
    attentionMask: {
      says: 'either',
      help: 'the loop passes an attention mask, which the loss of routers needs memory for',
    },
    quantization: { value: '<type>', default: 'none; with qlora: nf4-double', help: 'how frozen weights are stored' },
    quantizeExperts: {
      says: 'yes',
      help: 'experts in one parameter are packed too, as by quantize_moe_experts of axolotl',
    },
    prepareForKbitTraining: { says: 'yes', help: "after PEFT's prepare_model_for_kbit_training" },
    adapterDtype: { value: '<type>', default: 'float32; with fsdp2: as the weights', help: 'the type of adapters' },
    layout: {
      value: '<way=n,…>',
      read: readLayout,
      help: 'ranks of tensor, pipeline, context and expert parallelism: tp=4,pp=2,cp=2,ep=8 (default: 1 each); sp with tp for sequence parallelism',
    },
  },
)

/** The options of data-parallel ranks. */
export const SHARDING_FLAGS = flagGroup<ShardingOptions, keyof ShardingOptions>('Sharding:', SHARDING_OPTIONS, {
  strategy: {
    flag: 'sharding',
    value: '<strategy>',
    default: 'none; with --ranks: fsdp2',
    help: 'how data-parallel ranks share the model',
  },
  ranks: { value: '<n>', read: readNumber, help: 'data-parallel ranks (default: 1)' },
  parameterDtype: { value: '<type>', default: null, help: 'the type of shards, if they are gathered in another' },
  reduceDtype: { value: '<type>', default: 'as gathered', help: 'the type that gradients are reduced in' },
  reshardAfterForward: { says: 'no', help: 'keep the gathered parameters of a layer until its backward pass' },
  syncEachBatch: {
    says: 'no',
    help: 'keep whole gradients until the last micro-batch, as accelerate does unless sync_each_batch is set',
  },
  offload: {
    value: '<what,…>',
    read: readNames,
    words: ['optimizer', 'parameters', 'activations'],
    help: 'what is kept on the CPU: optimizer, parameters, activations',
  },
  offloadedBy: { value: '<package>', default: 'as torchtune does', help: 'whose code keeps activations on the CPU' },
  deepspeed: {
    value: '<name=n,…>',
    read: readDeepspeed,
    words: DEEPSPEED_NAMES.map((name) => `${name}=`),
    default: null,
    help: 'what zero_optimization says: reduce_bucket_size=2e8,overlap_comm=true',
  },
})

/** The options of adapters, as PEFT's `LoraConfig` has them. The rank is a flag of the command itself. */
export const LORA_FLAGS = flagGroup<LoraOptions, Exclude<keyof LoraOptions, 'rank'>>(
  'Adapters (with --method lora or qlora):',
  LORA_OPTIONS,
  {
    targetModules: {
      value: '<modules>',
      read: parseTargets,
      help: 'all-linear, names (q_proj,v_proj), or a regular expression (default: all-linear)',
    },
    excludeModules: { value: '<modules>', read: parseTargets, help: 'modules to leave out, written in the same way' },
    layersToTransform: { value: '<n,…>', read: readNumbers, help: 'the layers to adapt, by index (default: all)' },
    layersPattern: { value: '<names>', read: readNames, help: 'the name of the list of layers, such as h' },
    rankPattern: {
      value: '<pattern=n>',
      read: readRank,
      help: 'another rank for the modules whose name ends with a match; can be given several times',
    },
    modulesToSave: { value: '<names>', read: readNames, help: 'modules to train whole, such as embed_tokens,lm_head' },
    bias: { value: '<which>', help: 'which biases are trained' },
    useDora: { says: 'yes', help: 'DoRA: a magnitude for each output feature' },
    targetParameters: {
      value: '<names>',
      read: readNames,
      help: 'parameters to adapt that are no layers, such as experts.gate_up_proj',
    },
    peftType: { value: '<type>', help: 'the kind of adapter' },
    alphaPattern: {
      value: '<pattern=n>',
      read: readRank,
      help: 'another scale for the modules whose name ends with a match; it changes no memory',
    },
    useRslora: { says: 'yes', help: 'rank-stabilised LoRA' },
    loraDropout: { value: '<share>', read: readNumber, help: 'the share of inputs that adapters drop (default: 0)' },
  },
)

/** Every flag of a training run, in the order of the help. */
export const MEMORY_FLAGS: readonly Option[] = [...STEP_FLAGS.flags, ...LORA_FLAGS.flags, ...SHARDING_FLAGS.flags]
