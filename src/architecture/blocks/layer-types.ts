import type { Dimensions } from '../architecture.js'
import type { ConfigReader } from '../config-reader.js'
import { listOf, type Module, range } from '../module.js'

/**
 * The type of each layer: as `layer_types` lists, or by the family's own rule where the config lists none.
 *
 * @param typeOf - the family's rule: the type of the layer at an index
 */
export function layerTypes(config: ConfigReader, count: number, typeOf: (index: number) => string): readonly string[] {
  const given = config.strings('layer_types')
  return range(count).map((index) => given?.[index] ?? typeOf(index))
}

/** The list of layers of such types, built once a type. */
export function layersOfTypes(types: readonly string[], layerOf: (type: string) => Module): Module {
  return listOf(types.length, (index) => types[index] ?? '', layerOf)
}

/** The width of the attention window and the layers that have it; empty where none has. */
export type AttentionWindow = Pick<Dimensions, 'windowTokens' | 'windowLayers'>

/** What layers attend to: through which window, and which of them do not rotate queries and keys. */
export interface AttentionPattern {
  readonly windowTokens?: number | undefined
  /** The indices of the layers with the window. Absent: all of them. */
  readonly windowLayers?: readonly number[]
  /** The indices of the layers without rotation. Absent: as the class has it. */
  readonly unrotatedLayers?: readonly number[]
}

/** The attention window of layers of such types. */
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
 * A window in every layer, as wide as `sliding_window` says; `null` is none.
 *
 * @param absent - what the class takes where the config leaves the field out; none unless given
 */
export function windowInAllLayers(absent?: number): (config: ConfigReader) => AttentionPattern {
  return (config) => ({ windowTokens: slidingWindow(config, absent) })
}

/** The width of the window by `sliding_window`; `null` is none. */
export function slidingWindow(config: ConfigReader, absent?: number): number | undefined {
  return config.isNull('sliding_window') ? undefined : (config.optionalInteger('sliding_window') ?? absent)
}

/**
 * The window of a Qwen model: off unless `use_sliding_window` says so, and then only in the layers from
 * `max_window_layers` on.
 */
export function qwenWindow(config: ConfigReader, layers: number): AttentionWindow {
  if (!config.boolean('use_sliding_window', false) || config.isNull('sliding_window')) return {}
  const first = config.integer('max_window_layers', 28)
  const types = layerTypes(config, layers, (index) => (index >= first ? 'sliding_attention' : 'full_attention'))
  return windowOf(types, config.integer('sliding_window', 4096))
}

/** The layers of Qwen's hybrids: full attention in every so many, linear attention in the others. */
export function qwenHybridTypes(config: ConfigReader, layers: number): readonly string[] {
  const period = config.positive('full_attention_interval', 4)
  return layerTypes(config, layers, (index) => ((index + 1) % period === 0 ? 'full_attention' : 'linear_attention'))
}
