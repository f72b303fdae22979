/** The rule `yaml-1.1-type`: plain scalars that mean something else to a reader of YAML 1.1. */

import type { Finding } from '../../lint/index.js'
import { type SchemaNode, schemaNode } from '../../lint/schema-walk.js'
import { quoted } from '../../lint/text.js'
import type { SchemaName } from '../../schemas/index.js'
import { validate } from '../../validation/index.js'
import { contentsOf, type SourceEntry, type SourceNode, type SourceScalar } from '../source-node.js'
import { decimalOf } from './decimal.js'
import type { Scalar11 } from './read-scalar.js'

/** What a place of a document means: a field with a definition, free data, or nothing to the service. */
type Meaning = SchemaNode | 'free' | 'ignored'

interface Visit {
  readonly node: SourceNode
  readonly meaning: Meaning
  readonly loc: readonly (string | number)[]
}

/**
 * Finds the scalars of a valid entity whose validated outcome YAML 1.1 changes: another value, or an error. A value that
 * comes out the same, such as a timestamp in a field for timestamps, is not found.
 *
 * @param isForJson - whether what is read is sent as JSON: then a key such as `1.50` is not the text that is written
 */
export function* yaml11Findings(root: SourceNode, model: SchemaName, isForJson: boolean): Generator<Finding> {
  const visited = new Map<unknown, Set<Meaning>>()
  const pending: Visit[] = [{ node: root, meaning: schemaNode(model), loc: [] }]
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { node, meaning, loc } = visit
    if (node.kind === 'scalar') {
      yield* ofScalar(node, meaning, loc)
      continue
    }
    const contents = contentsOf(node)
    const seen = visited.get(contents) ?? new Set()
    if (seen.has(meaning)) continue
    visited.set(contents, seen.add(meaning))
    const definition = definitionOf(meaning)
    const below: Visit[] = []
    if (node.kind === 'sequence') {
      const items = typeof definition === 'string' ? definition : (definition.items ?? 'ignored')
      for (const [index, item] of node.items.entries()) below.push({ node: item, meaning: items, loc: [...loc, index] })
    } else {
      for (const entry of node.entries) {
        const at = [...loc, entry.key]
        const field = fieldOf(definition, entry.key)
        yield* ofKey(entry, field, at, isForJson)
        below.push({ node: entry.value, meaning: field, loc: at })
      }
    }
    for (const next of below) pending.push(next)
  }
}

/** The definition of a value that is not null. */
function definitionOf(meaning: Meaning): Meaning {
  return typeof meaning === 'string' ? meaning : (meaning.anyOf?.[0] ?? meaning)
}

function fieldOf(definition: Meaning, key: string): Meaning {
  if (typeof definition === 'string') return definition
  const { properties, additionalProperties } = definition
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key] ?? 'ignored'
  const isFree = additionalProperties === true || (properties === undefined && definition.type === 'object')
  return isFree ? 'free' : 'ignored'
}

function* ofScalar(node: SourceScalar, meaning: Meaning, loc: Finding['loc']): Iterable<Finding> {
  const { other, value } = node
  if (other === undefined || !changesOutcome(other, value, meaning)) return
  const written = node.written ?? String(value)
  yield found(loc, 'value', written, other, helpFor(written, value))
}

/** A key is text. YAML 1.1 may read another text: `no` is `false`. */
function* ofKey(entry: SourceEntry, meaning: Meaning, loc: Finding['loc'], isForJson: boolean): Iterable<Finding> {
  const { key, keyOther, isKeyAlike } = entry
  if (keyOther === undefined || (meaning !== 'free' && keyOther.kind !== 'error')) return
  if (isKeyAlike && !isForJson) return
  yield found(loc, 'key', key, keyOther, `quote it: ${quoted(key)}`)
}

function changesOutcome(other: Scalar11, value: unknown, meaning: Meaning): boolean {
  if (other.kind === 'error') return true
  if (meaning === 'ignored') return false
  if (meaning === 'free') return true
  const definition = definitionOf(meaning)
  // A field for timestamps takes the date itself, which is the same moment.
  if (other.kind === 'date' || other.kind === 'datetime')
    return typeof definition === 'string' || definition.format !== 'date-time'
  const [ours, theirs] = [validate(meaning, value), validate(meaning, plainValue(other))]
  return !ours.ok || !theirs.ok || !Object.is(ours.value, theirs.value)
}

function plainValue(scalar: Scalar11): unknown {
  if (!('value' in scalar)) return null
  if (scalar.kind !== 'integer') return scalar.value
  const number = Number(scalar.value)
  return Number.isSafeInteger(number) ? number : scalar.value
}

function found(loc: Finding['loc'], at: 'key' | 'value', written: string, other: Scalar11, help: string): Finding {
  const message = `YAML 1.1, which the platform's command reads, ${readingOf(other, written)}`
  return { code: 'yaml-1.1-type', severity: 'warning', loc, at, message, help }
}

function readingOf(other: Scalar11, written: string): string {
  const shown = quoted(written)
  switch (other.kind) {
    case 'error':
      return `cannot read ${shown}: ${other.why}`
    case 'null':
    case 'text':
      return `reads ${shown} as ${other.kind}`
    case 'boolean':
      return `reads ${shown} as the boolean ${other.value}`
    case 'date':
    case 'datetime':
      return `reads ${shown} as the ${other.kind} ${other.value}`
    default:
      return `reads ${shown} as the number ${other.value}`
  }
}

function helpFor(written: string, value: unknown): string {
  if (typeof value === 'string') return `quote it: ${quoted(written)}`
  return `write ${decimalOf(value)}`
}
