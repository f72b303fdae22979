import { textOrBytes } from '../json/text-or-bytes.js'
import type { MinimumGpusOfSpec } from '../lint/index.js'
import { checkOptions, choice, func, limit, modelName, type OptionTable, text } from '../options/index.js'
import { SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'
import { checkEntity, type EntityFinding } from './check-entity.js'
import type { ManifestCheck } from './diagnostic.js'
import { diagnosticsOf } from './diagnostics-of.js'
import { entitiesOf } from './document-kind.js'
import { duplicateKeys } from './duplicate-keys.js'
import { Findings } from './findings.js'
import { readJsonDocument, readJsonLines } from './json-source.js'
import type { Problem, ReadDocument } from './problem.js'
import { Redaction } from './redaction/redaction.js'
import { contentsOf } from './source-node.js'
import { decodeUtf8, SourceText } from './source-text.js'
import { readYamlDocuments } from './yaml-source.js'

/** The languages that manifests are written in. */
export type ManifestFormat = (typeof FORMATS)[number]

const FORMATS = ['yaml', 'json', 'jsonl'] as const

/** How to check a manifest. */
export interface CheckManifestOptions {
  /** What diagnostics call the file; its ending tells the format. Default: `manifest.yaml`. */
  readonly file?: string
  /** The language of the text. Default: by the file's ending, YAML where that tells nothing. */
  readonly format?: ManifestFormat
  /** The definition that every document is checked by. Default: a request or an entity, told by its fields. */
  readonly model?: SchemaName
  /** Estimates the fewest GPUs, as for {@link lint}: `minimumGpus` of `model-entity/estimate`. */
  readonly minimumGpus?: MinimumGpusOfSpec
  /**
   * How many diagnostics are listed; the others are only counted. Errors go before warnings and those before infos, and of
   * each the first of the file are listed. Default: 1,000.
   */
  readonly maxDiagnostics?: number
}

/** How many diagnostics of one file are listed where nothing else is said. */
export const DEFAULT_MAX_DIAGNOSTICS = 1000

/** What the options of `checkManifest` may be. */
export const CHECK_MANIFEST_OPTIONS: OptionTable<CheckManifestOptions> = {
  file: text,
  format: choice(FORMATS),
  model: modelName(SCHEMA_NAMES),
  minimumGpus: func(),
  maxDiagnostics: limit(0),
}

/** The largest manifest that is read, in bytes or UTF-16 code units. */
export const MAX_MANIFEST_SIZE = 64 * 1024 * 1024

/**
 * Checks the documents of a manifest: what the service would refuse (errors), and what it takes and nobody means
 * (warnings and infos), each with line and column.
 *
 * A manifest of any size and shape costs time in proportion to its size (with aliases, to what they bring in, which is
 * bounded), and no more diagnostics than are asked for. What an alias brings in is told once. Secrets are masked: what stands
 * under a key that names one, such as `api_key`, and the user info of URLs.
 *
 * @param manifest - the text of the file, or its bytes, which must be UTF-8
 * @throws TypeError for an unknown or wrong option, a model that is no definition, and a text that is neither text nor bytes
 * @throws RangeError for a `maxDiagnostics` that is no count
 * @example
 * ```ts
 * const { diagnostics } = checkManifest('name: llama\nspec:\n  num_layers: forty\n', { file: 'llama.yaml' })
 * ```
 */
export function checkManifest(
  manifest: string | ArrayBufferLike | ArrayBufferView,
  options: CheckManifestOptions = {},
): ManifestCheck {
  checkOptions(options, CHECK_MANIFEST_OPTIONS)
  const { file = 'manifest.yaml', maxDiagnostics = DEFAULT_MAX_DIAGNOSTICS } = options
  const findings = new Findings(maxDiagnostics)
  const opened = open(textOrBytes(manifest, 'the manifest'))
  const { source } = opened
  const redaction = new Redaction(source.text)
  const seen = { documents: 0, emptyDocuments: 0 }
  for (const document of opened.problem ? [asDocument(opened.problem)] : readDocuments(source.text, options)) {
    checkDocument(document, { index: seen.documents, options, redaction, findings })
    seen.documents += 1
    if (document.kind === 'empty') seen.emptyDocuments += 1
  }
  return { ...diagnosticsOf(findings, file, source, redaction), ...seen }
}

/** A text, or what can be read of it and why it cannot be read whole. */
interface Opened {
  readonly source: SourceText
  readonly problem?: Problem
}

function open(text: string | Uint8Array): Opened {
  if (text.length > MAX_MANIFEST_SIZE) {
    const message = `The file is larger than ${MAX_MANIFEST_SIZE} bytes`
    return refused('', 'too_large', message, 'split it into several')
  }
  const decoded = typeof text === 'string' ? ({ ok: true, text } as const) : decodeUtf8(text)
  if (decoded.ok) return { source: new SourceText(decoded.text) }
  const help = 'save it as UTF-8; a binary file is no manifest'
  return refused(decoded.before, 'not_utf8', 'The file is not UTF-8 from here on', help)
}

/** The whole file cannot be read: told at the end of what could be. */
function refused(before: string, code: Problem['code'], message: string, help: string): Opened {
  const source = new SourceText(before)
  const at = source.text.length
  return { source, problem: { code, span: { start: at, end: at }, message, help } }
}

function asDocument(problem: Problem): ReadDocument {
  return { kind: 'problems', problems: [problem] }
}

/** The documents of a text, one by one. */
export function readDocuments(
  text: string,
  { file = '', format = formatOf(file) }: CheckManifestOptions,
): Iterable<ReadDocument> {
  if (format === 'jsonl') return readJsonLines(text)
  return format === 'json' ? [readJsonDocument(text)] : readYamlDocuments(text)
}

/** The language that a file's ending tells; YAML where it tells nothing. */
function formatOf(file: string): ManifestFormat {
  if (/\.(?:jsonl|ndjson)$/i.test(file)) return 'jsonl'
  return /\.json$/i.test(file) ? 'json' : 'yaml'
}

interface DocumentCheck {
  readonly index: number
  readonly options: CheckManifestOptions
  readonly redaction: Redaction
  readonly findings: Findings
}

function checkDocument(document: ReadDocument, { index, options, redaction, findings }: DocumentCheck): void {
  if (document.kind === 'empty') return
  if (document.kind === 'problems') redaction.addText()
  else redaction.addDocument(document.root)
  const problems = document.kind === 'problems' ? document.problems : duplicateKeys(document.root)
  for (const problem of problems) findings.add({ document: index, severity: 'error', loc: [], ...problem })
  if (document.kind === 'problems' || problems.length > 0) return
  const { model, minimumGpus } = options
  const tell = (finding: EntityFinding) => findings.add({ document: index, ...finding })
  const tellOnce = document.isShared ? once(tell) : tell
  const shared = { values: new Map(), failed: new WeakMap(), seen: new WeakMap() }
  const checked = new Set<unknown>()
  for (const entity of entitiesOf(document.root, model)) {
    const contents = contentsOf(entity.node)
    // An entity that an alias gives again is what it was: its kind is told by its fields.
    if (contents !== undefined && checked.has(contents)) continue
    checked.add(contents)
    checkEntity(entity, shared, minimumGpus ? { minimumGpus } : {}, tellOnce)
  }
}

/** What an alias brings in stands in several places, and is written at one: it is told once. */
function once(tell: (finding: EntityFinding) => void): (finding: EntityFinding) => void {
  const told = new Set<string>()
  return (finding) => {
    const { span, code, loc, message } = finding
    const key = `${span.start} ${span.end} ${code} ${String(loc.at(-1)).slice(0, 100)} ${message.slice(0, 200)}`
    if (told.has(key)) return
    told.add(key)
    tell(finding)
  }
}
