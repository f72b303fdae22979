import {
  type Architecture,
  architectureFromConfig,
  type ConfigObject,
  type Dimensions,
  linearLayers,
  totalParameters,
} from '../architecture/index.js'
import { anything, boolean, checkOptions, func, type OptionTable, object, optionsIn, text } from '../options/index.js'
import type { LinearLayerSpec, MambaConfig, ModelSpec, MoEConfig } from '../schemas/index.js'
import { type ChatTemplateSources, findChatTemplate } from './chat-template.js'
import { isEmbeddingModel } from './embedding-model.js'
import { numberIn, textIn } from './json-object.js'
import type { LogicalParameters } from './logical-parameters.js'
import { PRECISION_SOURCES, precisionOf } from './precision.js'
import { BESIDE_CONFIG, type QuantisationFiles } from './quantisation/quantisation.js'
import { toolCallParserOf } from './tool-call-parser.js'

/** What stands beside a `config.json` and tells more of the spec. Whatever is not given is taken as not known. */
export interface SpecExtras extends Omit<QuantisationFiles, 'config'>, ChatTemplateSources {
  /** `checkpoint_model_name`; without it the config's `_name_or_path` where that is a name on the hub, or the class. */
  readonly name?: string
  /** The content of `generation_config.json`. */
  readonly generationConfig?: ConfigObject
  /** The content of sentence-transformers' `modules.json`. */
  readonly sentenceTransformersModules?: unknown
  /** Whether a pooling config (`1_Pooling/config.json`) is there. */
  readonly hasPoolingConfig?: boolean
  /** How the weights are stored, from the headers: see `logicalParameters`. */
  readonly storage?: LogicalParameters
  /**
   * Estimates the fewest GPUs: `minimumGpus` of `model-entity/estimate`. It replays training steps, which takes longer than
   * all the rest; without it the two fields are left out.
   */
  readonly minimumGpus?: MinimumGpusEstimate
}

/** What the options of `modelSpecFromConfig` may be. */
export const SPEC_EXTRAS: OptionTable<SpecExtras> = {
  ...BESIDE_CONFIG,
  name: text,
  tokenizerConfig: object(),
  generationConfig: object(),
  chatTemplate: text,
  chatTemplateJson: object(),
  namedChatTemplates: object('a Map'),
  sentenceTransformersModules: anything,
  hasPoolingConfig: boolean,
  storage: object(),
  minimumGpus: func(),
}

/** What tells the two fields of a spec that say how many GPUs training takes, and why one is left out. */
export type MinimumGpusEstimate = (architecture: Architecture) => {
  readonly minimum_gpus_all_weights?: number
  readonly minimum_gpus_lora?: number
  readonly notes: readonly string[]
}

/** Fields of a spec that cannot be derived from a checkpoint: every other one is filled in where its files tell it. */
export const NOT_FROM_CHECKPOINT: readonly string[] = [
  // A prompt-tuning adapter has virtual tokens, a checkpoint none.
  'num_virtual_tokens',
  // How a deployment calls tools is for whoever deploys it to say.
  'tool_call_config.tool_call_plugin',
  'tool_call_config.auto_tool_choice',
]

/** A spec, and in sentences what it leaves out or takes for granted. */
export interface SpecWithNotes {
  readonly spec: ModelSpec
  readonly notes: readonly string[]
}

/**
 * The `ModelSpec` of a Hugging Face `config.json`: exactly what the platform should generate when a fileset is given.
 *
 * - `context_size`: tokens, with rope scaling applied; where the config names no limit, the tokenizer's `model_max_length`
 * - `num_kv_heads`: heads of keys and values; as many as query heads where they do not share
 * - `base_num_parameters`: unique parameters, a tied one counted once, buffers not at all
 * - `precision`: what most stored weights have, else what the config says of them
 * - `minimum_gpus_all_weights`, `minimum_gpus_lora`: where `minimumGpus` is given, and the family's forward pass described
 * - `linear_layers`: every `nn.Linear` and `Conv1D`, as PEFT sees them
 *
 * @throws CheckpointError for a family that is not known, or a config that cannot be
 * @throws TypeError for an unknown or wrong option
 * @example
 * ```ts
 * const { spec, notes } = modelSpecFromConfig(JSON.parse(await readFile('config.json', 'utf8')))
 * spec.base_num_parameters // 8030261248
 * ```
 */
export function modelSpecFromConfig(config: ConfigObject, extras: SpecExtras = {}): SpecWithNotes {
  return modelSpecFromArchitecture(architectureFromConfig(config), config, extras)
}

/** The same for an architecture that is there already. */
export function modelSpecFromArchitecture(
  architecture: Architecture,
  config: ConfigObject,
  extras: SpecExtras = {},
): SpecWithNotes {
  checkOptions(extras, SPEC_EXTRAS)
  const { dimensions, className, family } = architecture
  const embeds = isEmbeddingModel({ ...extras, className })
  const contextTokens = dimensions.contextTokens ?? tokenizerLimit(extras.tokenizerConfig)
  const window = windowOf(dimensions, contextTokens)
  const { precision, notes: precisionNotes } = precisionOf({
    ...optionsIn(extras, PRECISION_SOURCES),
    config,
    architecture,
  })
  const chat = findChatTemplate(extras)
  const parser = chat.template === undefined ? undefined : toolCallParserOf(chat.template)
  const { notes: gpuNotes, ...minimum } = extras.minimumGpus?.(architecture) ?? { notes: [] }
  const spec: ModelSpec = {
    ...(contextTokens !== undefined && { context_size: contextTokens }),
    ...(chat.known && { is_chat: chat.template !== undefined && !embeds }),
    is_embedding_model: embeds,
    checkpoint_model_name: extras.name ?? hubNameIn(config) ?? className,
    family,
    num_layers: dimensions.layers,
    hidden_size: dimensions.hiddenSize,
    num_attention_heads: dimensions.heads,
    num_kv_heads: dimensions.kvHeads,
    ffn_hidden_size: dimensions.ffnHiddenSize,
    vocab_size: dimensions.vocabSize,
    tied_embeddings: dimensions.tiedEmbeddings,
    gated_mlp: dimensions.gatedMlp,
    base_num_parameters: totalParameters(architecture),
    ...minimum,
    precision,
    ...(dimensions.moe && { moe_config: moeConfig(dimensions) }),
    ...(dimensions.mamba && { mamba_config: mambaConfig(dimensions) }),
    ...(window.tokens !== undefined && { sliding_window_config: { window_size: window.tokens } }),
    linear_layers: linearLayerSpecs(architecture),
    ...(chat.template !== undefined && { chat_template: chat.template }),
    ...(parser !== undefined && { tool_call_config: { tool_call_parser: parser } }),
  }
  const unknown = [
    ...(contextTokens === undefined ? ['context_size is left out: the config names no limit'] : []),
    ...(chat.known ? [] : ['is_chat and chat_template are left out: the tokenizer was not looked at']),
  ]
  return {
    spec,
    notes: [...architecture.notes, ...precisionNotes, ...window.notes, ...chat.notes, ...gpuNotes, ...unknown],
  }
}

/** `org/name`; a path of the author's machine is no name. */
function hubNameIn(config: ConfigObject): string | undefined {
  const name = textIn(config, '_name_or_path')
  return name !== undefined && /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(name) ? name : undefined
}

/** The longest text that the tokenizer is made for; one of 10^30 tokens, as transformers writes, says nothing. */
function tokenizerLimit(tokenizerConfig: ConfigObject | undefined): number | undefined {
  const limit = numberIn(tokenizerConfig, 'model_max_length')
  return limit !== undefined && Number.isInteger(limit) && limit > 0 && limit < 2 ** 31 ? limit : undefined
}

/**
 * A window wider than the context never slides: Phi-3.5 states one of 262,144 tokens for all layers, which means none. Where only
 * some layers have it (OLMo 3, EXAONE 4), it is what tells them from the others, and is kept.
 */
function windowOf(
  { windowTokens, windowLayers }: Dimensions,
  contextTokens: number | undefined,
): { readonly tokens?: number; readonly notes: readonly string[] } {
  if (windowTokens === undefined) return { notes: [] }
  if (contextTokens === undefined || windowTokens <= contextTokens) return { tokens: windowTokens, notes: [] }
  const wider = `a window of ${windowTokens} tokens is wider than the context of ${contextTokens}`
  if (windowLayers === undefined) return { notes: [`sliding_window_config is left out: ${wider}`] }
  return { tokens: windowTokens, notes: [`sliding_window_config: ${wider}`] }
}

function moeConfig({ moe }: Dimensions): MoEConfig | null {
  if (!moe) return null
  return {
    num_experts: moe.experts,
    num_experts_per_tok: moe.expertsPerToken,
    num_expert_layers: moe.expertLayers,
    ...(moe.expertFfnSize !== undefined && { expert_ffn_size: moe.expertFfnSize }),
    num_shared_experts: moe.sharedExperts,
  }
}

function mambaConfig({ mamba }: Dimensions): MambaConfig | null {
  if (!mamba) return null
  return {
    is_hybrid: mamba.attentionLayers > 0,
    num_mamba_layers: mamba.mambaLayers,
    num_attention_layers: mamba.attentionLayers,
    num_mlp_layers: mamba.mlpLayers,
    state_size: mamba.stateSize,
    conv_kernel: mamba.convKernel,
  }
}

function linearLayerSpecs(architecture: Architecture): LinearLayerSpec[] {
  const layers: LinearLayerSpec[] = []
  for (const { name, inFeatures, outFeatures } of linearLayers(architecture)) {
    layers.push({ name, in_features: inFeatures, out_features: outFeatures })
  }
  return layers
}
