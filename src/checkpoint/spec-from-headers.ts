import { isObject } from '../architecture/config-object.js'
import { type ConfigObject, totalParameters } from '../architecture/index.js'
import { optionsIn } from '../options/index.js'
import type { ModelSpec } from '../schemas/index.js'
import type { CheckpointArchitecture } from './architecture-from-safetensors.js'
import { chatFields } from './chat-fields.js'
import { type GenericSizes, genericField, genericSizes } from './generic-sizes.js'
import { textIn } from './json-object.js'
import { linearLayerSpecs, type SpecExtras } from './model-spec-from-config.js'
import { PRECISION_SOURCES, precisionOf } from './precision.js'
import { type StoredSizes, storedSizes } from './stored-sizes.js'

/** What is known about a model whose family has no description. */
export interface HeaderSpec {
  /** The spec, if every required field is known. */
  readonly spec?: ModelSpec
  /** The known fields, if some required ones are not. */
  readonly partialSpec?: Partial<ModelSpec>
  readonly notes: readonly string[]
}

/**
 * Derives a spec for a model of an unknown family: totals, linear layers and precision from its headers, sizes from the
 * fields that most configs share, and where the config states none, from shapes that prove them.
 *
 * @param config - the content of `config.json`; absent if there is none
 */
export function specFromHeaders(
  stored: CheckpointArchitecture,
  config: ConfigObject | undefined,
  extras: Omit<SpecExtras, 'storage'>,
): HeaderSpec {
  const stated = config ? genericSizes(config) : {}
  const shown = storedSizes(stored.storage, stated)
  const sizes = sizeFields(stated, shown)
  const ties = tiedEmbeddings(config, shown)
  const total = knownTotal(stored, ties, shown)
  const isEmpty = config === undefined && stored.storage.parameters.length === 0
  const found = isEmpty
    ? undefined
    : precisionOf({ ...optionsIn(extras, PRECISION_SOURCES), ...(config && { config }), storage: stored.storage })
  const chat = chatFields(config ?? {}, extras)
  const family = config && textIn(config, 'model_type')
  const name = extras.name ?? family
  const fields: Partial<ModelSpec> = {
    ...(stated.contextTokens !== undefined && !isStretched(config) && { context_size: stated.contextTokens }),
    ...chat.kind,
    ...(name !== undefined && { checkpoint_model_name: name }),
    ...(family !== undefined && { family }),
    ...sizes,
    ...(ties !== undefined && { tied_embeddings: ties }),
    ...(shown.gatedMlp !== undefined && { gated_mlp: shown.gatedMlp }),
    ...(total !== undefined && { base_num_parameters: total }),
    ...(found && { precision: found.precision }),
    ...mixtureOf(stated, shown),
    ...(stated.windowTokens !== undefined &&
      usesWindow(config) && { sliding_window_config: { window_size: stated.windowTokens } }),
    linear_layers: linearLayerSpecs(stored),
    ...chat.template,
  }
  const notes = [
    ...(found?.notes ?? []),
    ...chat.notes,
    ...sizeNotes(stated, shown),
    ...configNotes(config, stated, shown),
  ]
  if (isComplete(fields)) return { spec: fields, notes }
  const missing = REQUIRED.filter((field) => fields[field] === undefined)
  return {
    partialSpec: fields,
    notes: [
      ...notes,
      `the spec is incomplete: ${missing.join(', ')} cannot be derived${config ? '' : ' without a config.json'}`,
    ],
  }
}

/** The fields that a `ModelSpec` cannot do without. */
const REQUIRED = [
  ...(['checkpoint_model_name', 'family', 'num_layers', 'hidden_size', 'num_attention_heads', 'num_kv_heads'] as const),
  ...(['ffn_hidden_size', 'vocab_size', 'tied_embeddings', 'gated_mlp', 'base_num_parameters', 'precision'] as const),
] as const

function isComplete(fields: Partial<ModelSpec>): fields is ModelSpec {
  return REQUIRED.every((field) => fields[field] !== undefined)
}

function sizeFields(stated: GenericSizes, shown: StoredSizes): Partial<ModelSpec> {
  // Mamba 2 states the heads of its state spaces under the same name.
  const heads = shown.hasStateSpaces && !shown.hasAttention ? undefined : stated.heads
  const fields = {
    num_layers: stated.layers ?? shown.layers,
    hidden_size: stated.hiddenSize ?? shown.hiddenSize,
    num_attention_heads: heads,
    // What shapes show comes first: Falcon's configs state as many as query heads, and its layers have one.
    num_kv_heads: heads && (shown.kvHeads ?? stated.kvHeads ?? heads),
    // The layers of Mamba have no feed-forward network, whatever the config says.
    ffn_hidden_size: shown.ffnSize ?? (shown.hasStateSpaces ? undefined : (stated.ffnSize ?? stated.expertFfnSize)),
    vocab_size: stated.vocabSize ?? shown.vocabSize,
  }
  return Object.fromEntries(Object.entries(fields).filter(([, size]) => size !== undefined))
}

/** A stored output embedding is not tied, unless the config says so. The default of transformers' configs is to tie it. */
function tiedEmbeddings(config: ConfigObject | undefined, { head }: StoredSizes): boolean | undefined {
  const stated = config && genericField(config, 'tie_word_embeddings')
  if (typeof stated === 'boolean') return stated
  if (head) return false
  return config && true
}

/** The parameters of the files. A tied output embedding that is stored counts once. Weights in an unknown format have no number. */
function knownTotal(
  stored: CheckpointArchitecture,
  ties: boolean | undefined,
  { head }: StoredSizes,
): number | undefined {
  if (stored.storage.unknown.length > 0) return undefined
  return totalParameters(stored) - (ties === true && head ? head.elements : 0)
}

function mixtureOf(stated: GenericSizes, shown: StoredSizes): Pick<ModelSpec, 'moe_config'> {
  const { experts, expertsPerToken, expertFfnSize = shown.expertFfnSize, sharedExperts } = stated
  const { expertLayers } = shown
  if (experts === undefined || expertsPerToken === undefined || expertLayers === 0) return {}
  return {
    moe_config: {
      num_experts: experts,
      num_experts_per_tok: expertsPerToken,
      num_expert_layers: expertLayers,
      ...(expertFfnSize !== undefined && { expert_ffn_size: expertFfnSize }),
      num_shared_experts: sharedExperts ?? shown.sharedExperts,
    },
  }
}

/** `linear`, `dynamic` and `yarn` scaling change the length. What the stated length includes differs by family. */
function isStretched(config: ConfigObject | undefined): boolean {
  const rope = config && (genericField(config, 'rope_scaling') ?? genericField(config, 'rope_parameters'))
  if (!isObject(rope)) return false
  const kind = rope['rope_type'] ?? rope['type'] ?? 'default'
  return kind !== 'default' && kind !== 'llama3' && kind !== 'longrope'
}

/** Some configs state a window that no layer uses. Kinds of layers, or a switch, prove that one does. */
function usesWindow(config: ConfigObject | undefined): boolean {
  const kinds = config && genericField(config, 'layer_types')
  const isOn = config && genericField(config, 'use_sliding_window') === true
  return isOn === true || (Array.isArray(kinds) && kinds.includes('sliding_attention'))
}

/** What the config states but this library cannot interpret for an unknown family. */
function configNotes(config: ConfigObject | undefined, stated: GenericSizes, shown: StoredSizes): string[] {
  const isTiedByDefault = config && !shown.head && genericField(config, 'tie_word_embeddings') === undefined
  const headIsTied = shown.head && config && genericField(config, 'tie_word_embeddings') === true
  const isWindowUnclear = stated.windowTokens !== undefined && !usesWindow(config)
  return [
    ...(isStretched(config) ? ['context_size is left out: what rope_scaling does to this family is unknown'] : []),
    ...(isWindowUnclear ? [`sliding_window_config is left out: whether layers use it is unknown`] : []),
    ...(isTiedByDefault
      ? ['tied_embeddings is assumed: the config does not state it, and no output embedding is stored']
      : []),
    ...(headIsTied ? ['the output embedding is tied but stored: base_num_parameters counts it once'] : []),
  ]
}

function sizeNotes(stated: GenericSizes, shown: StoredSizes): string[] {
  const fromShapes = [
    ...(stated.layers === undefined && shown.layers !== undefined ? ['num_layers'] : []),
    ...(stated.hiddenSize === undefined && shown.hiddenSize !== undefined ? ['hidden_size'] : []),
    ...(stated.kvHeads === undefined && shown.kvHeads !== undefined ? ['num_kv_heads'] : []),
    ...(stated.ffnSize === undefined && shown.ffnSize !== undefined ? ['ffn_hidden_size'] : []),
    ...(stated.vocabSize === undefined && shown.vocabSize !== undefined ? ['vocab_size'] : []),
  ]
  const isMixture = shown.expertLayers > 0 && (stated.experts === undefined || stated.expertsPerToken === undefined)
  return [
    ...(fromShapes.length > 0 ? [`read from the shapes in the headers: ${fromShapes.join(', ')}`] : []),
    ...(isMixture
      ? ['moe_config is left out: the config does not state the number of experts under a known name']
      : []),
    ...(shown.hasStateSpaces ? ['mamba_config is left out: which layers have state spaces is not known'] : []),
    ...(stated.predictionLayers !== undefined
      ? ['base_num_parameters includes layers for multi-token prediction, if the files hold them']
      : []),
  ]
}
