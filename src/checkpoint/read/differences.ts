/** Compares two checkpoints, such as a base and its fine-tune, from what has been read of each. */
import { isObject } from '../../architecture/config-object.js'
import type { ConfigObject, Shape } from '../../architecture/index.js'
import type { LogicalParameter } from '../logical-parameters.js'
import type { Checkpoint } from './read-checkpoint.js'

/** A field with different values. A value is absent if its checkpoint does not have the field. */
export interface FieldDifference {
  /** Where it is: `rope_scaling.factor`. */
  readonly field: string
  readonly before?: unknown
  readonly after?: unknown
}

/** Parameters that only one checkpoint stores, or both in another shape or format. */
export interface TensorDifferences {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly reshaped: readonly { readonly name: string; readonly before: Shape; readonly after: Shape }[]
  /** Same shape, stored in another format: `BF16`, or `gptq, 4 bits`. */
  readonly restored: readonly { readonly name: string; readonly before: string; readonly after: string }[]
}

/** How a checkpoint differs from another. */
export interface CheckpointDifferences {
  /** Whether nothing below differs. */
  readonly same: boolean
  /** Fields of `config.json`. */
  readonly config: readonly FieldDifference[]
  /** Fields of the spec, without its name and its chat template. Linear layers are compared if there are no tensors to compare. */
  readonly spec: readonly FieldDifference[]
  /** Absent unless both have safetensors headers. */
  readonly tensors?: TensorDifferences
  /** The chat templates, if they differ. */
  readonly chatTemplate?: { readonly before?: string; readonly after?: string }
  /** Fields of `tokenizer_config.json`, and files of the tokenizer with other contents. */
  readonly tokenizer: readonly FieldDifference[]
  /** Fields of adapters. */
  readonly adapter: readonly FieldDifference[]
  readonly notes: readonly string[]
}

/** What is compared of each checkpoint. */
export interface ComparedCheckpoint {
  readonly checkpoint: Checkpoint
  readonly tokenizerConfig?: ConfigObject
  /** The files of the tokenizer: for each, a text that is equal if the contents are. */
  readonly tokenizerFiles: ReadonlyMap<string, string>
}

/** Fields that say where a config comes from, not what model it describes. */
const PROVENANCE: ReadonlySet<string> = new Set(['_name_or_path', 'transformers_version', 'name_or_path'])

/** Fields of a spec that are compared elsewhere, or differ between any two checkpoints. */
const NOT_COMPARED = ['checkpoint_model_name', 'linear_layers', 'chat_template']

/** Finds the differences. Weights are not compared, only names, shapes and formats. */
export function differencesOf(before: ComparedCheckpoint, after: ComparedCheckpoint): CheckpointDifferences {
  const config = fieldDifferences(before.checkpoint.config, after.checkpoint.config, PROVENANCE)
  const tensors = tensorDifferences(before.checkpoint, after.checkpoint)
  const layers = tensors ? [] : fieldDifferences(layersOf(before), layersOf(after))
  const spec = [...fieldDifferences(specOf(before), specOf(after)), ...layers]
  const chatTemplate = templateDifference(before.checkpoint, after.checkpoint)
  const tokenizer = [
    ...fieldDifferences(before.tokenizerConfig, after.tokenizerConfig, new Set([...PROVENANCE, 'chat_template'])),
    ...fieldDifferences(Object.fromEntries(before.tokenizerFiles), Object.fromEntries(after.tokenizerFiles)),
  ]
  const adapter = fieldDifferences(adapterOf(before), adapterOf(after))
  const isSame =
    [config, spec, tokenizer, adapter].every(({ length }) => length === 0) &&
    Object.values(tensors ?? {}).every(({ length }) => length === 0) &&
    chatTemplate === undefined
  return {
    same: isSame,
    config,
    spec,
    ...(tensors && { tensors }),
    ...(chatTemplate && { chatTemplate }),
    tokenizer,
    adapter,
    notes: notesOn(before.checkpoint, after.checkpoint, tensors),
  }
}

function specOf({ checkpoint: { spec, partialSpec } }: ComparedCheckpoint): ConfigObject {
  const fields = Object.entries(spec ?? partialSpec ?? {})
  return Object.fromEntries(fields.filter(([name]) => !NOT_COMPARED.includes(name)))
}

/** The size of each linear layer, by its name: `[in_features, out_features]`. */
function layersOf({ checkpoint: { spec, partialSpec } }: ComparedCheckpoint): ConfigObject {
  const layers = (spec ?? partialSpec)?.linear_layers ?? []
  return Object.fromEntries(
    layers.map((layer) => [`linear_layers.${layer.name}`, [layer.in_features, layer.out_features]]),
  )
}

function adapterOf({ checkpoint: { adapter } }: ComparedCheckpoint): ConfigObject {
  if (!adapter) return {}
  const { finetuning_type: type, lora_config: lora } = adapter.adapter
  const { baseModel, parameters, modules } = adapter
  return { finetuning_type: type, ...(lora && { lora_config: { ...lora } }), baseModel, parameters, modules }
}

/** Compares two objects field by field. Lists are compared as a whole, by position. */
function fieldDifferences(
  before: ConfigObject | undefined,
  after: ConfigObject | undefined,
  ignored: ReadonlySet<string> = new Set(),
): FieldDifference[] {
  const [old, now] = [leavesOf(before ?? {}, ignored), leavesOf(after ?? {}, ignored)]
  const names = [...new Set([...old.keys(), ...now.keys()])].sort()
  return names.flatMap((field) => {
    const [from, to] = [old.get(field), now.get(field)]
    if (JSON.stringify(from) === JSON.stringify(to)) return []
    return [{ field, ...(from !== undefined && { before: from }), ...(to !== undefined && { after: to }) }]
  })
}

/** Deeper than any config is. What is deeper is compared as a whole. */
const MAX_LEVELS = 12

/** Every value in an object that is not an object itself, by its path. `dtype` is the newer name of `torch_dtype`. */
function leavesOf(object: ConfigObject, ignored: ReadonlySet<string>): Map<string, unknown> {
  const leaves = new Map<string, unknown>()
  function visit(value: ConfigObject, prefix: string, level: number): void {
    for (const [key, inner] of Object.entries(value)) {
      if (ignored.has(key) || inner === undefined) continue
      const path = `${prefix}${key === 'torch_dtype' ? 'dtype' : key}`
      if (isObject(inner) && Object.keys(inner).length > 0 && level < MAX_LEVELS) visit(inner, `${path}.`, level + 1)
      else leaves.set(path, inner)
    }
  }
  visit(object, '', 0)
  return leaves
}

function tensorDifferences(before: Checkpoint, after: Checkpoint): TensorDifferences | undefined {
  if (!before.stored || !after.stored) return undefined
  const named = ({ parameters }: { parameters: readonly LogicalParameter[] }) =>
    new Map(parameters.map((parameter) => [parameter.name, parameter]))
  const now = named(after.stored.storage)
  const old = withPrefixOf(now, named(before.stored.storage))
  const both = [...old.values()].flatMap((from) => {
    const to = now.get(from.name)
    return to ? [{ name: from.name, from, to }] : []
  })
  const isReshaped = ({ from, to }: { from: LogicalParameter; to: LogicalParameter }) =>
    !from.isFlat && !to.isFlat && from.shape.join() !== to.shape.join()
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    reshaped: both.filter(isReshaped).map(({ name, from, to }) => ({ name, before: from.shape, after: to.shape })),
    restored: both
      .filter((one) => !isReshaped(one) && formatOf(one.from) !== formatOf(one.to))
      .map(({ name, from, to }) => ({ name, before: formatOf(from), after: formatOf(to) })),
  }
}

/**
 * The parameters under the names of the other checkpoint: files of a base model may lack the first part of the names (`model.`),
 * or have one more. The rule that matches the most names is used.
 */
function withPrefixOf(
  other: ReadonlyMap<string, LogicalParameter>,
  parameters: ReadonlyMap<string, LogicalParameter>,
): ReadonlyMap<string, LogicalParameter> {
  const prefixesOf = (names: Iterable<string>) => [
    ...new Set([...names].map((name) => /^[^.]+\./.exec(name)?.[0] ?? '')),
  ]
  const rules: ((name: string) => string)[] = [
    (name) => name,
    ...prefixesOf(other.keys())
      .slice(0, MAX_PREFIXES)
      .map((prefix) => (name: string) => (other.has(name) ? name : prefix + name)),
    ...prefixesOf(parameters.keys())
      .slice(0, MAX_PREFIXES)
      .map((prefix) => (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name)),
  ]
  const matches = (rule: (name: string) => string) =>
    [...parameters.keys()].filter((name) => other.has(rule(name))).length
  const best = rules.map((rule) => ({ rule, count: matches(rule) })).reduce((a, b) => (b.count > a.count ? b : a))
  return new Map([...parameters].map(([name, parameter]) => [best.rule(name), { ...parameter, name: best.rule(name) }]))
}

/** A model has a handful of top-level modules. */
const MAX_PREFIXES = 8

function formatOf({ scheme, bits, dtype }: LogicalParameter): string {
  return scheme === undefined ? dtype : `${scheme}, ${bits} bits`
}

function templateDifference(before: Checkpoint, after: Checkpoint): CheckpointDifferences['chatTemplate'] {
  const [old, now] = [before, after].map(({ spec, partialSpec }) => (spec ?? partialSpec)?.chat_template ?? undefined)
  if (old === now) return undefined
  return { ...(old !== undefined && { before: old }), ...(now !== undefined && { after: now }) }
}

function notesOn(before: Checkpoint, after: Checkpoint, tensors: TensorDifferences | undefined): string[] {
  const withHeaders = [before, after].filter(({ stored }) => stored !== undefined).length
  const notes = tensors ? ['weights are not compared: only names, shapes and formats of tensors'] : []
  if (withHeaders === 1) notes.push('tensors are not compared: only one of the two has safetensors files')
  const unknown = [before, after].some(({ stored }) => (stored?.storage.unknown.length ?? 0) > 0)
  if (unknown) notes.push('some weights are stored in an unknown format, and count as missing')
  return notes
}
