import type { CheckpointError } from '../src/architecture/index.js'
import type { CheckpointComparison } from '../src/checkpoint/index.js'
import { type JsonNode, readJson } from '../src/json/index.js'
import type { Diagnostic, DiagnosticSeverity, Place } from '../src/manifest/index.js'
import { SourceText } from '../src/manifest/source-text.js'

/** One error, warning or info about the input; without a place if it is not about a part of the text. */
export interface Finding {
  readonly severity: DiagnosticSeverity
  readonly code: string
  readonly message: string
  readonly help: string
  readonly place?: Place
  /** Where in the data: `spec.num_layers`, a tensor, a file. */
  readonly path: string
}

/** A diagnostic of the text itself. */
export function findingAt({ severity, code, message, help, loc, ...place }: Diagnostic): Finding {
  return { severity, code, message, help, path: loc.join('.'), place }
}

/** A diagnostic of the generated manifest: its places are not in the user's text. */
export function findingElsewhere(diagnostic: Diagnostic): Finding {
  const { severity, code, message, help, path } = findingAt(diagnostic)
  return { severity, code, message, help, path: path === '' ? 'the manifest' : `${path} of the manifest` }
}

/** The error of a config or a header, with its place in the text if it is about a config. */
export function findingOfError({ code, message, help, place }: CheckpointError, text: string): Finding {
  const found = OF_THE_CONFIG.has(code) ? placeInJson(text, place) : undefined
  return { severity: 'error', code, message, help: help ?? '', path: place.join('.'), ...(found && { place: found }) }
}

/** Errors whose place is a path inside the config. The place of all others is a file or a tensor. */
const OF_THE_CONFIG: ReadonlySet<string> = new Set(['unsupported_architecture', 'missing_field', 'invalid_field'])

/** The differences between a checkpoint's files and its config. */
export function findingsOfComparison({ missing, extra, otherShape }: CheckpointComparison): Finding[] {
  const shapes = otherShape.map(
    ({ name, expected, found }) => `${name} is ${found.join(' × ')}, not ${expected.join(' × ')}`,
  )
  return [
    ...several('error', 'missing_tensors', 'missing from the given files', missing),
    ...several('error', 'other_shape', 'with another shape than in the config', shapes),
    ...several('info', 'extra_tensors', 'in the files, but not in the config', extra),
  ]
}

const MOST_NAMES = 5

function several(severity: DiagnosticSeverity, code: string, what: string, names: readonly string[]): Finding[] {
  if (names.length === 0) return []
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : ''
  const message = `${names.length} tensor${names.length === 1 ? '' : 's'} ${what}`
  return [{ severity, code, message, help: `${names.slice(0, MOST_NAMES).join(', ')}${more}`, path: '' }]
}

/** The place of a path in a JSON text. If the path does not exist, the start of its nearest existing parent. */
function placeInJson(text: string, path: readonly (string | number)[]): Place | undefined {
  const read = readJson(text, { constants: true })
  if (!read.ok || path.length === 0) return undefined
  let at: JsonNode = read.root
  for (const key of path) {
    const next = childOf(at, key)
    if (!next) return new SourceText(text).placeOf({ start: at.start, end: at.start + 1 })
    at = next
  }
  return new SourceText(text).placeOf(at)
}

function childOf(node: JsonNode, key: string | number): JsonNode | undefined {
  if (node.kind === 'object') return node.entries.findLast((entry) => entry.key === key)?.value
  return node.kind === 'array' && typeof key === 'number' ? node.items[key] : undefined
}
