import {
  type Architecture,
  architectureFromConfig,
  type ConfigObject,
  parameters,
  type Shape,
  ties,
} from '../architecture/index.js'
import { elementCount, type LogicalParameters, logicalParameters } from './logical-parameters.js'
import type { SafetensorsHeader } from './safetensors-header.js'

/** A parameter that stands in config and files with another shape. */
export interface ShapeDifference {
  readonly name: string
  /** What the config makes of it. */
  readonly expected: Shape
  /** What the files hold. */
  readonly found: Shape
}

/** How a checkpoint's files differ from what its config describes. */
export interface CheckpointComparison {
  /** Whether the files hold each parameter, and in its shape. Extra tensors are no disagreement of the model. */
  readonly agrees: boolean
  /** Parameters that the config describes and no file holds. */
  readonly missing: readonly string[]
  /** Parameters that a file holds and the config does not describe. */
  readonly extra: readonly string[]
  readonly otherShape: readonly ShapeDifference[]
  readonly notes: readonly string[]
}

/**
 * Compares a config with the safetensors headers beside it, tensor by tensor: what one wants to know of a broken upload.
 * Quantised weights are compared by what they are before packing, tied ones may be there twice, once, or under either name,
 * and a base model's files may lack the prefix of the class, as transformers loads them.
 *
 * @throws CheckpointError for a config that cannot be understood
 * @example
 * ```ts
 * compareCheckpoint(config, headers).missing // ['model.layers.31.mlp.down_proj.weight']
 * ```
 */
export function compareCheckpoint(
  config: ConfigObject,
  headers: Iterable<Pick<SafetensorsHeader, 'tensors'>>,
): CheckpointComparison {
  return compareParameters(architectureFromConfig(config), logicalParameters(headers))
}

/** The same for an architecture and a storage that are there already. */
export function compareParameters(architecture: Architecture, storage: LogicalParameters): CheckpointComparison {
  const expected = new Map<string, Shape>()
  for (const { name, shape } of parameters(architecture)) expected.set(name, shape)
  const tiedTo = new Map([...ties(architecture)].map(({ name, to }) => [name, to]))
  const { found, notes } = renamed(storage, expected)

  const extra: string[] = []
  const otherShape: ShapeDifference[] = []
  const seen = new Set<string>()
  for (const [name, { stored, shape, flat }] of found) {
    const parameter = tiedTo.get(name) ?? name
    const wanted = expected.get(parameter)
    if (!wanted) extra.push(stored)
    else if (!sameShape(wanted, shape, flat)) otherShape.push({ name: stored, expected: wanted, found: shape })
    if (wanted) seen.add(parameter)
  }
  const missing = [...expected.keys()].filter((name) => !seen.has(name))
  return { agrees: missing.length === 0 && otherShape.length === 0, missing, extra, otherShape, notes }
}

interface Found {
  /** The name in the file. */
  readonly stored: string
  readonly shape: Shape
  /** Whether the header tells only the number of elements. */
  readonly flat: boolean
}

/** The files' parameters under the names of the class: transformers adds or drops the prefix of the base model. */
function renamed(
  storage: LogicalParameters,
  expected: ReadonlyMap<string, Shape>,
): { found: ReadonlyMap<string, Found>; notes: string[] } {
  const rename = prefixRule(storage, expected)
  const found = new Map<string, Found>()
  for (const { name, shape, scheme } of storage.parameters) {
    found.set(rename.apply(name), { stored: name, shape, flat: scheme === 'bitsandbytes-4bit' })
  }
  return { found, notes: rename.note === undefined ? [] : [rename.note] }
}

interface Rename {
  readonly apply: (name: string) => string
  readonly note?: string
}

/**
 * The rule under which most names fit: as they are, with the first part of the class's names in front, or without their own.
 * Old TensorFlow conversions call the weights of a layer norm gamma and beta.
 */
function prefixRule({ parameters: stored }: LogicalParameters, expected: ReadonlyMap<string, Shape>): Rename {
  const prefixes = new Set(
    [...expected.keys()].map((name) => name.slice(0, name.indexOf('.') + 1)).filter((prefix) => prefix !== ''),
  )
  const own = new Set(stored.map(({ name }) => name.slice(0, name.indexOf('.') + 1)).filter((prefix) => prefix !== ''))
  const rules: Rename[] = [
    { apply: modernName },
    ...[...prefixes].slice(0, MAX_PREFIXES).map((prefix) => ({
      apply: (name: string) => (expected.has(modernName(name)) ? modernName(name) : prefix + modernName(name)),
      note: `the files lack the prefix "${prefix}" of the class, as those of its base model do`,
    })),
    ...[...own].slice(0, MAX_PREFIXES).map((prefix) => ({
      apply: (name: string) => modernName(name.startsWith(prefix) ? name.slice(prefix.length) : name),
      note: `the files have the prefix "${prefix}", which the class of the config lacks`,
    })),
  ]
  const fits = (rule: Rename): number =>
    stored.reduce((count, { name }) => count + (expected.has(rule.apply(name)) ? 1 : 0), 0)
  return rules.map((rule) => ({ rule, count: fits(rule) })).reduce((best, one) => (one.count > best.count ? one : best))
    .rule
}

/** Classes have a handful of top-level modules: more prefixes than that are no model's. */
const MAX_PREFIXES = 8

function modernName(name: string): string {
  return name.replace(/(LayerNorm|layer_norm)\.gamma$/, '$1.weight').replace(/(LayerNorm|layer_norm)\.beta$/, '$1.bias')
}

function sameShape(expected: Shape, found: Shape, flat: boolean): boolean {
  if (flat) return elementCount(expected) === elementCount(found)
  return expected.length === found.length && expected.every((size, index) => size === found[index])
}
