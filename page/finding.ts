import type { CheckpointError } from '../src/architecture/index.js'
import type { CheckpointComparison } from '../src/checkpoint/index.js'
import { groupMissing } from '../src/cli/formats/check/group-missing.js'
import { type JsonNode, readJson } from '../src/json/index.js'
import type { Diagnostic, DiagnosticSeverity, Excerpt, Fix, ManifestCheck, Place } from '../src/manifest/index.js'
import { excerptOf } from '../src/manifest/redaction/excerpt.js'
import { Redaction } from '../src/manifest/redaction/redaction.js'
import type { Span } from '../src/manifest/source-node.js'
import { SourceText } from '../src/manifest/source-text.js'

/** One error, warning or info about the input; without a place if it is not about a part of the text. */
export interface Finding {
  readonly severity: DiagnosticSeverity
  readonly code: string
  readonly message: string
  readonly help: string
  /** Where in the data: `spec.num_layers`, a tensor, a file. */
  readonly path: string
  readonly place?: FoundPlace
  /** Further places, each with what it shows. */
  readonly related?: readonly FoundPlace[]
  readonly fix?: Fix
  /** How many diagnostics it stands for. Default: 1. */
  readonly count?: number
}

/** A place in the text, with the lines to show. */
export interface FoundPlace extends Place {
  readonly message?: string
  readonly excerpt?: Excerpt
}

/** The diagnostics of the text itself: the fields that one object lacks are one finding, as for the command. */
export function findingsOf({ diagnostics, excerpts }: ManifestCheck): Finding[] {
  return groupMissing({ diagnostics, excerpts }).map(({ diagnostic, excerpt, count }) => ({
    ...ofText(diagnostic, excerpt),
    count,
  }))
}

function ofText(
  { severity, code, message, help, loc, related, fix, ...place }: Diagnostic,
  excerpt?: Excerpt,
): Finding {
  return {
    ...{ severity, code, message, help, path: loc.join('.') },
    place: { ...placeOf(place), ...(excerpt && { excerpt }) },
    ...(related && {
      related: related.map((each, index) => {
        const shown = excerpt?.related?.[index]
        return { ...placeOf(each), message: each.message, ...(shown && { excerpt: shown }) }
      }),
    }),
    ...(fix && { fix }),
  }
}

function placeOf({ line, column, endLine, endColumn }: Place): Place {
  return { line, column, endLine, endColumn }
}

/** The diagnostics of the generated manifest: their places are not in the user's text. */
export function findingsElsewhere(check: ManifestCheck): Finding[] {
  return findingsOf(check).map(({ severity, code, message, help, path }) => {
    return { severity, code, message, help, path: path === '' ? 'the manifest' : `${path} of the manifest` }
  })
}

/** The error of a config or a header, with its place in the text if it is about a config. */
export function findingOfError({ code, message, help, place }: CheckpointError, text: string): Finding {
  const path = place[0] === 'adapter_config.json' ? place.slice(1) : place
  const found = OF_THE_CONFIG.has(code) ? placeInJson(text, path) : undefined
  return { severity: 'error', code, message, help: help ?? '', path: path.join('.'), ...(found && { place: found }) }
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
function placeInJson(text: string, path: readonly (string | number)[]): FoundPlace | undefined {
  const read = readJson(text, { constants: true })
  if (!read.ok || path.length === 0) return undefined
  let at: JsonNode = read.root
  for (const key of path) {
    const next = childOf(at, key)
    if (!next) return foundAt(text, { start: at.start, end: at.start + 1 })
    at = next
  }
  return foundAt(text, at)
}

function childOf(node: JsonNode, key: string | number): JsonNode | undefined {
  if (node.kind === 'object') return node.entries.findLast((entry) => entry.key === key)?.value
  return node.kind === 'array' && typeof key === 'number' ? node.items[key] : undefined
}

function foundAt(text: string, span: Span): FoundPlace {
  const source = new SourceText(text)
  const redaction = new Redaction(source.text)
  redaction.addText()
  return { ...source.placeOf(span), excerpt: excerptOf(source, redaction, span, { hasContext: true, related: [] }) }
}
