import { textOrBytes } from '../json/text-or-bytes.js'
import type { MinimumGpusOfSpec } from '../lint/index.js'
import { checkOptions, choice, func, limit, modelName, type OptionTable, text } from '../options/index.js'
import { SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'
import { checkEntity, type EntityFinding } from './check-entity.js'
import type { ManifestCheck } from './diagnostic.js'
import { diagnosticsOf } from './diagnostics-of.js'
import { entitiesOf } from './document-kind.js'
import { duplicateKeys } from './duplicate-keys.js'
import type { FileError, ReadDocument } from './file-error.js'
import { Findings } from './findings.js'
import { readJsonDocument, readJsonLines } from './json-source.js'
import { Redaction } from './redaction/redaction.js'
import { contentsOf } from './source-node.js'
import { decodeUtf8, SourceText } from './source-text.js'
import { readYamlDocuments } from './yaml-source.js'

/** The file formats of manifests. */
export type ManifestFormat = (typeof FORMATS)[number]

const FORMATS = ['yaml', 'json', 'jsonl'] as const

/** Options of {@link checkManifest}. */
export interface CheckManifestOptions {
  /** The file name in diagnostics. Its extension selects the format. Default: `manifest.yaml`. */
  readonly file?: string
  /** The format of the text. Default: from the file extension, or YAML if that is unknown. */
  readonly format?: ManifestFormat
  /** The definition to check each document against. Default: a request or an entity, detected from its fields. */
  readonly model?: SchemaName
  /** Estimates the fewest GPUs, as for {@link lint}: `minimumGpus` of `model-entity/estimate`. */
  readonly minimumGpus?: MinimumGpusOfSpec
  /**
   * The largest number of diagnostics to list. The rest are only counted. Lists errors first, then warnings, then infos,
   * and of each the first ones in the file. Default: 1,000.
   */
  readonly maxDiagnostics?: number
}

/** The default limit of listed diagnostics per file. */
export const DEFAULT_MAX_DIAGNOSTICS = 1000

/** The options that `checkManifest` accepts. */
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
 * Checks the documents of a manifest. Reports what the service would refuse (errors), and what it accepts but is probably
 * unintended (warnings and infos), each with line and column.
 *
 * The time is linear in the size of the manifest with its aliases expanded, which is bounded, and the number of listed
 * diagnostics is limited. Problems in an aliased value are reported once. Secrets are masked: values under a key that
 * names a secret, such as `api_key`, and the user info of URLs.
 *
 * @param manifest - the text of the file, or its bytes, which must be UTF-8
 * @throws TypeError if an option is unknown or wrong, `model` is not a definition, or `manifest` is neither text nor bytes
 * @throws RangeError if `maxDiagnostics` is not a count
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
  return checkSource(textOrBytes(manifest, 'the manifest'), options).check
}

/** A check, and the text that was checked. */
export interface CheckedSource {
  readonly check: ManifestCheck
  readonly source: SourceText
}

/** {@link checkManifest} for the command, which shows the text. */
export function checkSource(manifest: string | Uint8Array, options: CheckManifestOptions): CheckedSource {
  const { file = 'manifest.yaml', maxDiagnostics = DEFAULT_MAX_DIAGNOSTICS } = options
  const findings = new Findings(maxDiagnostics)
  const opened = open(manifest)
  const { source } = opened
  const redaction = new Redaction(source.text)
  const seen = { documents: 0, emptyDocuments: 0 }
  for (const document of opened.fileError ? [asDocument(opened.fileError)] : readDocuments(source.text, options)) {
    checkDocument(document, { index: seen.documents, options, redaction, findings })
    seen.documents += 1
    if (document.kind === 'empty') seen.emptyDocuments += 1
  }
  const hasContext = (options.format ?? formatOf(file)) !== 'jsonl'
  return { check: { ...diagnosticsOf(findings, file, source, redaction, hasContext), ...seen }, source }
}

/** The text; or the readable part of it, and why the rest cannot be read. */
interface Opened {
  readonly source: SourceText
  readonly fileError?: FileError
}

function open(text: string | Uint8Array): Opened {
  if (text.length > MAX_MANIFEST_SIZE) {
    const message = `The file is larger than ${MAX_MANIFEST_SIZE} bytes`
    return refused('', 'too_large', message, 'split it into several files')
  }
  const decoded = typeof text === 'string' ? ({ ok: true, text } as const) : decodeUtf8(text)
  if (decoded.ok) return { source: new SourceText(decoded.text) }
  const help = 'save the file as UTF-8; a binary file is not a manifest'
  return refused(decoded.before, 'not_utf8', 'The file is not UTF-8 from here on', help)
}

/** The file cannot be read to its end. Reported at the end of the readable part. */
function refused(before: string, code: FileError['code'], message: string, help: string): Opened {
  const source = new SourceText(before)
  const at = source.text.length
  return { source, fileError: { code, span: { start: at, end: at }, message, help } }
}

function asDocument(fileError: FileError): ReadDocument {
  return { kind: 'errors', errors: [fileError] }
}

/** The documents of a text, one by one. */
export function readDocuments(
  text: string,
  { file = '', format = formatOf(file) }: CheckManifestOptions,
): Iterable<ReadDocument> {
  if (format === 'jsonl') return readJsonLines(text)
  return format === 'json' ? [readJsonDocument(text)] : readYamlDocuments(text)
}

/** The format for a file extension. YAML if the extension is unknown. */
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
  if (document.kind === 'errors') redaction.addText()
  else redaction.addDocument(document.root)
  const errors = document.kind === 'errors' ? document.errors : duplicateKeys(document.root)
  for (const fileError of errors) findings.add({ document: index, severity: 'error', loc: [], ...fileError })
  if (document.kind === 'errors' || errors.length > 0) return
  const { model, minimumGpus } = options
  const tell = (finding: EntityFinding) => findings.add({ document: index, ...finding })
  const tellOnce = document.isShared ? once(tell) : tell
  const shared = { values: new Map(), failed: new WeakMap(), seen: new WeakMap() }
  const checked = new Set<unknown>()
  for (const entity of entitiesOf(document.root, model)) {
    const contents = contentsOf(entity.node)
    // An aliased entity has the same kind every time: the kind depends on its fields.
    if (contents !== undefined && checked.has(contents)) continue
    checked.add(contents)
    checkEntity(entity, shared, minimumGpus ? { minimumGpus } : {}, tellOnce)
  }
}

/** An aliased value appears in several places but is written once, so it is reported once. */
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
