import type { LintOptions, MinimumGpusOfSpec } from '../lint/index.js'
import { isSchemaName, SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'
import { checkEntity } from './check-entity.js'
import type { Diagnostic, ManifestCheck } from './diagnostic.js'
import { entitiesOf } from './document-kind.js'
import { duplicateKeys } from './duplicate-keys.js'
import { readJsonDocument, readJsonLines } from './json-source.js'
import type { Problem, ReadDocument } from './problem.js'
import { decodeUtf8, SourceText } from './source-text.js'
import { readYamlDocuments } from './yaml-source.js'

/** The languages that manifests are written in. */
export type ManifestFormat = 'yaml' | 'json' | 'jsonl'

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
}

/** The largest manifest that is read, in bytes or UTF-16 code units. */
export const MAX_MANIFEST_SIZE = 64 * 1024 * 1024

/**
 * Checks the documents of a manifest: what the service would refuse (errors), and what it takes and nobody means
 * (warnings and infos), each with line and column.
 *
 * @param text - the text of the file, or its bytes, which must be UTF-8
 * @throws TypeError for a model that is no definition
 * @example
 * ```ts
 * const { diagnostics } = checkManifest('name: llama\nspec:\n  num_layers: forty\n', { file: 'llama.yaml' })
 * ```
 */
export function checkManifest(text: string | Uint8Array, options: CheckManifestOptions = {}): ManifestCheck {
  const { file = 'manifest.yaml', model, minimumGpus } = options
  if (model !== undefined && !isSchemaName(model)) {
    throw new TypeError(`unknown model ${JSON.stringify(model)}; expected one of ${SCHEMA_NAMES.join(', ')}`)
  }
  if (text.length > MAX_MANIFEST_SIZE) {
    return refused(
      file,
      new SourceText(''),
      'too_large',
      `The file is larger than ${MAX_MANIFEST_SIZE} bytes`,
      'split it into several',
    )
  }
  const decoded = typeof text === 'string' ? ({ ok: true, text } as const) : decodeUtf8(text)
  if (!decoded.ok) {
    return refused(
      file,
      new SourceText(decoded.before),
      'not_utf8',
      'The file is not UTF-8 from here on',
      'save it as UTF-8; a binary file is no manifest',
    )
  }
  const source = new SourceText(decoded.text)
  const documents = readDocuments(source.text, options.format ?? formatOf(file))
  const diagnostics = documents.flatMap((document, index) =>
    checkDocument(document, { file, document: index, source, model, lintOptions: minimumGpus ? { minimumGpus } : {} }),
  )
  return {
    diagnostics: diagnostics.sort(byPlace),
    documents: documents.length,
    emptyDocuments: documents.filter(({ kind }) => kind === 'empty').length,
  }
}

function readDocuments(text: string, format: ManifestFormat): ReadDocument[] {
  if (format === 'jsonl') return readJsonLines(text)
  return format === 'json' ? [readJsonDocument(text)] : readYamlDocuments(text)
}

/** The language that a file's ending tells; YAML where it tells nothing. */
function formatOf(file: string): ManifestFormat {
  if (/\.(?:jsonl|ndjson)$/i.test(file)) return 'jsonl'
  return /\.json$/i.test(file) ? 'json' : 'yaml'
}

interface DocumentPlace {
  readonly file: string
  readonly document: number
  readonly source: SourceText
  readonly model: SchemaName | undefined
  readonly lintOptions: LintOptions
}

function checkDocument(document: ReadDocument, place: DocumentPlace): Diagnostic[] {
  if (document.kind === 'empty') return []
  const problems = document.kind === 'problems' ? document.problems : duplicateKeys(document.root)
  if (document.kind === 'problems' || problems.length > 0) return problems.map((one) => problemDiagnostic(one, place))
  const { file, document: index, source, model, lintOptions } = place
  return entitiesOf(document.root, model)
    .flatMap((entity) => checkEntity(entity, lintOptions))
    .map(({ severity, code, loc, span, message, help }) => ({
      file,
      document: index,
      ...source.placeOf(span),
      severity,
      code,
      loc,
      message,
      help,
    }))
}

function problemDiagnostic(
  { code, span, message, help }: Problem,
  { file, document, source }: Pick<DocumentPlace, 'file' | 'document' | 'source'>,
): Diagnostic {
  return { file, document, ...source.placeOf(span), severity: 'error', code, loc: [], message, help }
}

/** The whole file cannot be read: told at the end of what could be. */
function refused(
  file: string,
  before: SourceText,
  code: Problem['code'],
  message: string,
  help: string,
): ManifestCheck {
  const at = before.text.length
  const one = problemDiagnostic(
    { code, span: { start: at, end: at }, message, help },
    { file, document: 0, source: before },
  )
  return { diagnostics: [one], documents: 1, emptyDocuments: 0 }
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)
}
