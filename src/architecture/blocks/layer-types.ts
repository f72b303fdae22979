import type { Dimensions } from '../architecture.js'
import type { ConfigReader } from '../config-reader.js'
import { listOf, type Module, range } from '../module.js'

/**
 * The type of each layer: from `layer_types`, or by the family's rule if the config has no list.
 *
 * @param typeOf - the family's rule: returns the type of the layer at an index
 * @param known - the types of layers that the family has
 * @throws CheckpointError for another type
 */
export function layerTypes(
  config: ConfigReader,
  count: number,
  typeOf: (index: number) => string,
  known: readonly string[] = WITH_WINDOWS,
): readonly string[] {
  const given = statedTypes(config, 'layer_types', known)
  return range(count).map((index) => given?.[index] ?? typeOf(index))
}

/**
 * The types of layers that a field lists, under their newest names; `undefined` if the field is missing.
 *
 * @throws CheckpointError for a type that is not known
 */
export function statedTypes(
  config: ConfigReader,
  name: string,
  known: readonly string[],
): readonly string[] | undefined {
  const types = config.strings(name)?.map((type) => NEWEST_NAMES.get(type) ?? type)
  const unknown = types?.findIndex((type) => !known.includes(type)) ?? -1
  if (unknown >= 0) throw config.invalidItem(name, unknown, `one of ${known.join(', ')}`)
  return types
}

/** The types of the layers of a model that has nothing but attention, with a window or without. */
const WITH_WINDOWS: readonly string[] = ['full_attention', 'sliding_attention', 'chunked_attention']

/** The types of the layers of a model with full and linear attention. */
export const WITH_LINEAR: readonly string[] = ['full_attention', 'linear_attention']

/** The types of the layers of a model with short convolutions. */
export const WITH_CONVOLUTIONS: readonly string[] = ['full_attention', 'conv']

/** Older names, as transformers 5 reads them (`_LEGACY_LAYER_TYPE_REMAP`). */
const NEWEST_NAMES: ReadonlyMap<string, string> = new Map([
  ['mamba', 'linear_attention'],
  ['attention', 'full_attention'],
])

/** The layers with experts, if `mlp_layer_types` lists them. */
export function statedSparseLayers(config: ConfigReader): ((index: number) => boolean) | undefined {
  const types = statedTypes(config, 'mlp_layer_types', ['sparse', 'dense'])
  return types && ((index) => types[index] === 'sparse')
}

/** The list of layers with these types. Each type is built once. */
export function layersOfTypes(types: readonly string[], layerOf: (type: string) => Module): Module {
  return listOf(types.length, (index) => types[index] ?? '', layerOf)
}

/** The width of the attention window and the layers that have it; empty if no layer has a window. */
export type AttentionWindow = Pick<Dimensions, 'windowTokens' | 'windowLayers'>

/** The attention window of the layers, and the layers that do not rotate queries and keys. */
export interface AttentionPattern {
  readonly windowTokens?: number | undefined
  /** The indices of the layers with the window. Absent: all of them. */
  readonly windowLayers?: readonly number[]
  /** The indices of the layers without rotation. Absent: the default of the class. */
  readonly unrotatedLayers?: readonly number[]
}

/** The attention window of layers with these types. */
export function windowOf(types: readonly string[], windowTokens: number | undefined): AttentionWindow {
  const windowLayers = [...types.keys()].filter((index) => WINDOWED.has(types[index] ?? ''))
  if (windowTokens === undefined || windowLayers.length === 0) return {}
  return windowLayers.length === types.length ? { windowTokens } : { windowTokens, windowLayers }
}

/** The indices of the layers without a window, which attend to all tokens. */
export function fullLayers(types: readonly string[]): number[] {
  return [...types.keys()].filter((index) => !WINDOWED.has(types[index] ?? ''))
}

const WINDOWED: ReadonlySet<string> = new Set(['sliding_attention', 'chunked_attention'])

/** A window in all layers except every `period`-th, which attends to all tokens. */
export function slidingBut(period: number): (index: number) => string {
  return (index) => ((index + 1) % period === 0 ? 'full_attention' : 'sliding_attention')
}

/**
 * A window of `sliding_window` tokens in every layer; `null` means no window.
 *
 * @param absent - the class default of the field; without it, an absent field means no window
 */
export function windowInAllLayers(absent?: number): (config: ConfigReader) => AttentionPattern {
  return (config) => ({ windowTokens: slidingWindow(config, absent) })
}

/** The width of the window from `sliding_window`; `null` means no window. */
export function slidingWindow(config: ConfigReader, absent?: number): number | undefined {
  return config.isNull('sliding_window') ? undefined : (config.optionalInteger('sliding_window') ?? absent)
}

/**
 * The window of a Qwen model: only if `use_sliding_window` is set, and only in the layers from `max_window_layers` on.
 */
export function qwenWindow(config: ConfigReader, layers: number): AttentionWindow {
  statedTypes(config, 'layer_types', WITH_WINDOWS)
  if (!config.boolean('use_sliding_window', false) || config.isNull('sliding_window')) return {}
  const first = config.integer('max_window_layers', 28)
  const types = layerTypes(config, layers, (index) => (index >= first ? 'sliding_attention' : 'full_attention'))
  return windowOf(types, config.integer('sliding_window', 4096))
}

/** The layers of Qwen's hybrid models: full attention in every n-th layer, linear attention in the others. */
export function qwenHybridTypes(config: ConfigReader, layers: number): readonly string[] {
  const period = config.positive('full_attention_interval', 4)
  return layerTypes(
    config,
    layers,
    (index) => ((index + 1) % period === 0 ? 'full_attention' : 'linear_attention'),
    WITH_LINEAR,
  )
}
