import { familyOf } from '../architecture/families/index.js'
import type { Family } from '../architecture/family.js'
import {
  type Architecture,
  architectureFromConfig,
  type ConfigObject,
  linearLayers,
  parameters,
  type Shape,
  ties,
} from '../architecture/index.js'
import { checkOptions } from '../options/index.js'
import { unknownNote } from './architecture-from-safetensors.js'
import { expertsAsExpected, type FoundTensor } from './expert-layouts.js'
import { type LogicalParameters, logicalParameters } from './logical-parameters.js'
import { multimodalName } from './multimodal-names.js'
import { BESIDE_CONFIG, type QuantisationFiles } from './quantisation/quantisation.js'
import { elementCount } from './quantisation/stored-weight.js'

/** A parameter whose shape differs between the config and the files. */
export interface ShapeDifference {
  readonly name: string
  /** The shape according to the config. */
  readonly expected: Shape
  /** The shape in the files. */
  readonly found: Shape
}

/** How a checkpoint's files differ from what its config describes. */
export interface CheckpointComparison {
  /**
   * `agrees` if the files hold every parameter with its shape; extra tensors are allowed. `differs` if a parameter is
   * missing or has another shape. `cannot tell` if there is no such difference, but parameters are undetermined.
   */
  readonly verdict: 'agrees' | 'differs' | 'cannot tell'
  /** Whether the verdict is `agrees`. */
  readonly agrees: boolean
  /** Parameters that the config describes but no file holds. */
  readonly missing: readonly string[]
  /** Parameters that a file holds but the config does not describe. */
  readonly extra: readonly string[]
  readonly otherShape: readonly ShapeDifference[]
  /** Parameters that may be in the files, but in an unknown storage format. */
  readonly undetermined: readonly string[]
  readonly notes: readonly string[]
}

/**
 * Compares a config with the safetensors headers of its checkpoint, tensor by tensor, to find a broken upload. Quantised
 * weights are compared by their shape before packing. A tied weight may be stored once or twice. The files of a base model
 * may lack the class prefix, like in transformers.
 *
 * @param files - other files that describe how the weights are quantised
 * @throws CheckpointError for a config of an unknown family, or with missing or invalid fields
 * @example
 * ```ts
 * compareCheckpoint(config, headers).missing // ['model.layers.31.mlp.down_proj.weight']
 * ```
 */
export function compareCheckpoint(
  config: ConfigObject,
  headers: Parameters<typeof logicalParameters>[0],
  files: Omit<QuantisationFiles, 'config'> = {},
): CheckpointComparison {
  checkOptions(files, BESIDE_CONFIG)
  return compareParameters(architectureFromConfig(config), logicalParameters(headers, { ...files, config }))
}

/** Like {@link compareCheckpoint}, for an architecture and a storage that you have already. */
export function compareParameters(architecture: Architecture, storage: LogicalParameters): CheckpointComparison {
  const expected = new Map<string, Shape>()
  for (const { name, shape } of parameters(architecture)) expected.set(name, shape)
  const tiedTo = new Map([...ties(architecture)].map(({ name, to }) => [name, to]))
  const turned = new Set<string>()
  for (const { name, stored } of linearLayers(architecture)) if (stored === 'Conv1D') turned.add(`${name}.weight`)
  const { rename, notes } = renaming(storage, expected, familyOf(architecture.family)?.namesInFiles ?? [])

  const extra: string[] = []
  const otherShape: ShapeDifference[] = []
  // A few families train what is a buffer in most.
  const seen = new Set(storage.others.map(rename))
  for (const [name, found] of expertsAsExpected(renamed(storage, rename), expected)) {
    const parameter = tiedTo.get(name) ?? name
    const wanted = expected.get(parameter)
    if (!wanted) extra.push(found.stored)
    else {
      seen.add(parameter)
      if (!isSameShape(wanted, found, turned.has(parameter)))
        otherShape.push({ name: found.stored, expected: wanted, found: found.shape })
    }
  }
  const notUnderstood = new Set(storage.unknown.map(({ name }) => moduleOf(rename(name))))
  const absent = [...expected.keys()].filter((name) => !seen.has(name))
  const missing = absent.filter((name) => !notUnderstood.has(moduleOf(name)))
  const undetermined = absent.filter((name) => notUnderstood.has(moduleOf(name)))
  const differs = missing.length > 0 || otherShape.length > 0
  const verdict = differs ? 'differs' : undetermined.length > 0 ? 'cannot tell' : 'agrees'
  return {
    verdict,
    agrees: verdict === 'agrees',
    missing,
    extra,
    otherShape,
    undetermined,
    notes: [...notes, ...(storage.unknown.length > 0 ? [unknownNote(storage.unknown)] : [])],
  }
}

/** The module that a tensor belongs to: its name without the last part. */
function moduleOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

/** The parameters of the files, under the names that the model class uses. */
function renamed(storage: LogicalParameters, rename: (name: string) => string): ReadonlyMap<string, FoundTensor> {
  const found = new Map<string, FoundTensor>()
  for (const { name, shape, scheme, isFlat } of storage.parameters) {
    found.set(rename(name), {
      stored: name,
      shape,
      isFlat: isFlat === true,
      isQuantised: scheme !== undefined,
    })
  }
  return found
}

/** Maps names in the files to names of the model class: transformers adds or drops the prefix of the base model. */
function renaming(
  storage: LogicalParameters,
  expected: ReadonlyMap<string, Shape>,
  ofAuthors: NamesInFiles,
): { rename: (name: string) => string; notes: string[] } {
  const { apply, note } = prefixRule(storage, expected, ofAuthors)
  return { rename: apply, notes: note === undefined ? [] : [note] }
}

type NamesInFiles = NonNullable<Family['namesInFiles']>

interface Rename {
  readonly apply: (name: string) => string
  readonly note?: string
}

/**
 * The rule that matches the most names: keep them, read the older names of multimodal classes, add the prefix of the class, or
 * remove their own prefix. Old TensorFlow
 * conversions call the weights of a layer norm gamma and beta.
 */
function prefixRule(
  { parameters: stored }: LogicalParameters,
  expected: ReadonlyMap<string, Shape>,
  ofAuthors: NamesInFiles,
): Rename {
  const prefixes = new Set(
    [...expected.keys()].map((name) => name.slice(0, name.indexOf('.') + 1)).filter((prefix) => prefix !== ''),
  )
  const own = new Set(stored.map(({ name }) => name.slice(0, name.indexOf('.') + 1)).filter((prefix) => prefix !== ''))
  const rules: Rename[] = [
    { apply: modernName },
    ...[...prefixes].slice(0, MAX_PREFIXES).map((prefix) => ({
      apply: (name: string) => (expected.has(modernName(name)) ? modernName(name) : prefix + modernName(name)),
      note: `the tensors in the files lack the class prefix "${prefix}", like those of its base model`,
    })),
    ...[...own].slice(0, MAX_PREFIXES).map((prefix) => ({
      apply: (name: string) => modernName(name.startsWith(prefix) ? name.slice(prefix.length) : name),
      note: `the tensors in the files have the prefix "${prefix}", which the class in the config does not have`,
    })),
    {
      apply: (name: string) => multimodalName(modernName(name), (known) => expected.has(known)),
      note: 'the tensors in the files have the names that multimodal classes had before transformers 4.52',
    },
    {
      apply: (name: string) => ofAuthors.reduce((renamed, [inFile, here]) => renamed.replace(inFile, here), name),
      note: "the tensors in the files have the names of their authors' own class",
    },
  ]
  const fits = (rule: Rename): number =>
    stored.reduce((count, { name }) => count + (expected.has(rule.apply(name)) ? 1 : 0), 0)
  return rules.map((rule) => ({ rule, count: fits(rule) })).reduce((best, one) => (one.count > best.count ? one : best))
    .rule
}

/** A model class has a handful of top-level modules; a file with more prefixes is not a model. */
const MAX_PREFIXES = 8

function modernName(name: string): string {
  return name.replace(/(LayerNorm|layer_norm)\.gamma$/, '$1.weight').replace(/(LayerNorm|layer_norm)\.beta$/, '$1.bias')
}

/** Quantisers store the weight of a `Conv1D` transposed, like that of an ordinary linear layer. */
function isSameShape(expected: Shape, { shape, isFlat, isQuantised }: FoundTensor, mayBeTurned: boolean): boolean {
  if (isFlat) return elementCount(expected) === elementCount(shape)
  const isSame = (wanted: Shape) =>
    wanted.length === shape.length && wanted.every((size, index) => size === shape[index])
  return isSame(expected) || (mayBeTurned && isQuantised && isSame([...expected].reverse()))
}
