import type { Architecture } from './architecture.js'
import { CheckpointError } from './checkpoint-error.js'
import { isObject } from './config-object.js'
import type { ConfigReader } from './config-reader.js'
import { describeFamily } from './describe-family.js'
import { FAMILIES } from './families/index.js'
import type { Family, FindFamily } from './family.js'

/**
 * The model of the class that `architectures` names, whatever `model_type` says. `undefined` if no family has that class.
 */
export function namedByClass(config: ConfigReader, find: FindFamily): Architecture | undefined {
  const className = config.strings('architectures')?.[0]
  if (className === undefined) return undefined
  const candidates = FAMILIES.filter(({ classPrefix }) => className.startsWith(classPrefix)).sort(
    (one, other) => Number(isOwner(other)) - Number(isOwner(one)),
  )
  return candidates
    .map((family) => tried(family, config, find, className))
    .find((architecture) => architecture?.className === className && architecture.notes.length === 0)
}

/** Whether the classes have the name of the family. Others borrow them. */
function isOwner({ classPrefix, modelTypes: [modelType = ''] }: Family): boolean {
  return classPrefix.toLowerCase() === modelType.replaceAll(/[-_]/g, '')
}

/** What a config with an unknown `model_type` is like. */
export interface Likeness {
  /** The model of a family that many copy, if it reads every field that any family reads. */
  readonly alike?: Architecture
  /** Up to three families that read most of its fields. */
  readonly most: readonly string[]
}

/**
 * Finds families that read the fields of a config. How many of its fields a family reads counts, not how its name is spelt.
 *
 * @param config - a config with an unknown `model_type`
 */
export function likeness(config: ConfigReader, find: FindFamily): Likeness {
  if (!SIZES.every((names) => names.some((name) => config.has(name)))) return { most: [] }
  const readings = FAMILIES.flatMap((family) => reading(family, config, find))
  const stated = config.names().filter((name) => !WITHOUT_MODULES.has(name) && config.has(name))
  const structural = stated.filter((name) => readings.some(({ asked }) => asked.has(name)))
  // A field that no family knows may be a size, too.
  const unknown = stated.filter((name) => !structural.includes(name) && mayBeASize(name, config.raw(name)))
  const ranked = readings
    .map(({ family, asked }) => ({
      family,
      unread: structural.filter((name) => !asked.has(name)).length,
      missing: [...asked].filter((name) => !config.has(name)).length,
    }))
    .sort(
      (one, other) =>
        one.unread - other.unread ||
        Number(!one.family.copiedWith) - Number(!other.family.copiedWith) ||
        one.missing - other.missing,
    )
  const most = ranked
    .filter(({ unread }) => unread === ranked[0]?.unread)
    .slice(0, 3)
    .map(({ family }) => family.modelTypes[0] ?? '')
  const copied = ranked.find(({ family, unread }) => unread === 0 && mayBeCopied(family, config))
  const alike =
    copied && unknown.length === 0 && hasUsualLayers(config) ? tried(copied.family, config, find) : undefined
  return alike ? { alike, most } : { most }
}

/** Whether the config states all that tells a copy of the family, and the parts of its layers are Llama's. */
function mayBeCopied({ copiedWith }: Family, config: ConfigReader): boolean {
  const fields = copiedWith && [...COPIES_OF_LLAMA, ...copiedWith]
  const isGated = ['silu', 'swish'].includes(String(config.raw('hidden_act')))
  return fields !== undefined && isGated && fields.every((name) => config.has(name))
}

const COPIES_OF_LLAMA = ['intermediate_size', 'num_attention_heads', 'rms_norm_eps']

/** The sizes without which nothing can be said, under the names that families use for them. */
const SIZES: readonly (readonly string[])[] = [
  ['vocab_size'],
  ['hidden_size', 'n_embd', 'd_model'],
  ['num_hidden_layers', 'n_layer', 'num_layers', 'n_layers'],
]

/** Fields that some families read, but that change no module. */
const WITHOUT_MODULES: ReadonlySet<string> = new Set([
  ...['model_type', 'architectures', 'id2label', 'num_labels', 'tie_word_embeddings', 'layer_types'],
  ...['max_position_embeddings', 'model_max_length', 'rope_scaling', 'rope_parameters', 'context_length'],
  ...['sliding_window', 'use_sliding_window', 'max_window_layers', 'is_decoder', 'is_encoder_decoder'],
  // Only Apertus has an activation with weights.
  'hidden_act',
  ...['add_cross_attention', 'initializer_range', 'num_return_sequences', 'num_beams', 'num_beam_groups'],
])

/** Whether a field that no family knows may have to do with modules: by its name, or since it is the config of a part. */
function mayBeASize(name: string, value: unknown): boolean {
  return SIZE_LIKE.test(name) || (isObject(value) && !OTHER_OBJECTS.has(name))
}

const OTHER_OBJECTS: ReadonlySet<string> = new Set([
  ...['quantization_config', 'auto_map', 'label2id', 'task_specific_params', 'pruned_heads', 'generation_config'],
])

const SIZE_LIKE = /(_size|_dim|_dims|_rank|_heads|_experts|_layers|_channels|_width|_module)$|^num_|^n_/

/** Whether no layer has anything but attention, with a window or without. */
function hasUsualLayers(config: ConfigReader): boolean {
  const types = config.raw('layer_types')
  return !Array.isArray(types) || types.every((type) => type === 'full_attention' || type === 'sliding_attention')
}

interface Reading {
  readonly family: Family
  /** The fields that the family asked for. */
  readonly asked: ReadonlySet<string>
}

function reading(family: Family, config: ConfigReader, find: FindFamily): Reading[] {
  const own = config.afresh()
  const reader = family.attributeMap ? own.withAliases(family.attributeMap) : own
  const model = orNothing(() => family.describe(reader, undefined, find))
  return model && LANGUAGE_MODEL.test(model.className) ? [{ family, asked: own.asked() }] : []
}

const LANGUAGE_MODEL = /(ForCausalLM|LMHeadModel|ForMaskedLM)$/

/** The model as a family describes it; `undefined` if the config has a value that the family does not allow. */
function tried(family: Family, config: ConfigReader, find: FindFamily, className?: string): Architecture | undefined {
  return orNothing(() => ({
    family: family.modelTypes[0] ?? '',
    ...describeFamily(family, config, className, find),
  }))
}

function orNothing<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof CheckpointError) return undefined
    throw error
  }
}
