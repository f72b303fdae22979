import {
  type Architecture,
  architectureFromConfig,
  type ConfigObject,
  type Dimensions,
  linearLayers,
  type ModuleTree,
  totalParameters,
} from '../architecture/index.js'
import { anything, boolean, checkOptions, func, type OptionTable, object, optionsIn, text } from '../options/index.js'
import type { LinearLayerSpec, MambaConfig, ModelSpec, MoEConfig } from '../schemas/index.js'
import { chatFields } from './chat-fields.js'
import type { ChatTemplateSources } from './chat-template.js'
import { numberIn } from './json-object.js'
import type { LogicalParameters } from './logical-parameters.js'
import { PRECISION_SOURCES, precisionOf } from './precision.js'
import { BESIDE_CONFIG, type QuantisationFiles } from './quantisation/quantisation.js'

/** The other files of a checkpoint that a spec is derived from. What you do not give counts as unknown. */
export interface SpecExtras extends Omit<QuantisationFiles, 'config'>, ChatTemplateSources {
  /** `checkpoint_model_name`. Default: the class. The config's `_name_or_path` is often the base model, or a path on the author's machine. */
  readonly name?: string
  /** The content of `generation_config.json`. */
  readonly generationConfig?: ConfigObject
  /** The content of sentence-transformers' `modules.json`. */
  readonly sentenceTransformersModules?: unknown
  /** Whether the checkpoint has a pooling config (`1_Pooling/config.json`). */
  readonly hasPoolingConfig?: boolean
  /** How the weights are stored, from the headers: see `logicalParameters`. */
  readonly storage?: LogicalParameters
  /**
   * Estimates the minimum number of GPUs: `minimumGpus` of `model-entity/estimate`. It replays training steps, which takes
   * longer than everything else. Without it the two fields are left out.
   */
  readonly minimumGpus?: MinimumGpusEstimate
}

/** The allowed options of `modelSpecFromConfig`. */
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

/** A function that estimates the two fields of a spec for the GPUs that training needs; a note says why one is left out. */
export type MinimumGpusEstimate = (architecture: Architecture) => {
  readonly minimum_gpus_all_weights?: number
  readonly minimum_gpus_lora?: number
  readonly notes: readonly string[]
}

/** Fields of a spec that cannot be derived from a checkpoint. Every other field is filled in if the files contain it. */
export const NOT_FROM_CHECKPOINT: readonly string[] = [
  // Prompt-tuning adapters have virtual tokens; checkpoints do not.
  'num_virtual_tokens',
  // These depend on the deployment, not on the checkpoint.
  'tool_call_config.tool_call_plugin',
  'tool_call_config.auto_tool_choice',
]

/** A spec, and notes on what it leaves out or assumes. */
export interface SpecWithNotes {
  readonly spec: ModelSpec
  readonly notes: readonly string[]
}

/**
 * Derives the `ModelSpec` of a Hugging Face `config.json`: what the platform should generate for its fileset.
 *
 * - `context_size`: tokens, with rope scaling applied; if the config has no limit, the tokenizer's `model_max_length`
 * - `num_kv_heads`: key-value heads; equal to the number of query heads if heads share no keys and values
 * - `base_num_parameters`: unique parameters: a tied one counts once, buffers do not count
 * - `precision`: the precision of most stored weights; without headers, the one that the config states
 * - `minimum_gpus_all_weights`, `minimum_gpus_lora`: if `minimumGpus` is given and the family has a forward-pass model
 * - `linear_layers`: every `nn.Linear` and `Conv1D`, like PEFT sees them
 *
 * @throws CheckpointError for an unknown family, or a config with missing or invalid fields
 * @throws TypeError for an unknown option, or a wrong value
 * @example
 * ```ts
 * const { spec, notes } = modelSpecFromConfig(JSON.parse(await readFile('config.json', 'utf8')))
 * spec.base_num_parameters // 8030261248
 * ```
 */
export function modelSpecFromConfig(config: ConfigObject, extras: SpecExtras = {}): SpecWithNotes {
  return modelSpecFromArchitecture(architectureFromConfig(config), config, extras)
}

/** Like {@link modelSpecFromConfig}, for an architecture that you have already. */
export function modelSpecFromArchitecture(
  architecture: Architecture,
  config: ConfigObject,
  extras: SpecExtras = {},
): SpecWithNotes {
  checkOptions(extras, SPEC_EXTRAS)
  const { dimensions, className, family } = architecture
  const contextTokens = dimensions.contextTokens ?? tokenizerLimit(extras.tokenizerConfig)
  const window = windowOf(dimensions, contextTokens)
  const { precision, notes: precisionNotes } = precisionOf({
    ...optionsIn(extras, PRECISION_SOURCES),
    config,
    architecture,
  })
  const chat = chatFields(config, extras)
  const { notes: gpuNotes, ...minimum } = extras.minimumGpus?.(architecture) ?? { notes: [] }
  const spec: ModelSpec = {
    ...(contextTokens !== undefined && { context_size: contextTokens }),
    ...chat.kind,
    checkpoint_model_name: extras.name ?? className,
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
    ...chat.template,
  }
  const unknown = contextTokens === undefined ? ['context_size is left out: the config has no limit'] : []
  return {
    spec,
    notes: [...architecture.notes, ...precisionNotes, ...window.notes, ...chat.notes, ...gpuNotes, ...unknown],
  }
}

/** The tokenizer's `model_max_length`. Transformers writes 10^30 if there is no limit. */
function tokenizerLimit(tokenizerConfig: ConfigObject | undefined): number | undefined {
  const limit = numberIn(tokenizerConfig, 'model_max_length') ?? 0
  return Number.isInteger(limit) && limit > 0 && limit < 2 ** 31 ? limit : undefined
}

/**
 * Leaves out a window that is wider than the context if all layers have it: Phi-3.5 states 262,144 tokens, which means no
 * window. If only some layers have it (OLMo 3, EXAONE 4), it distinguishes them from the others and is kept.
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

/** Every linear layer, as a spec lists it. */
export function linearLayerSpecs(architecture: ModuleTree): LinearLayerSpec[] {
  const layers: LinearLayerSpec[] = []
  for (const { name, inFeatures, outFeatures } of linearLayers(architecture)) {
    layers.push({ name, in_features: inFeatures, out_features: outFeatures })
  }
  return layers
}
