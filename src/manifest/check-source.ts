/** The check of one manifest, with everything that the command asks for. */

import { checkDocument } from './check-document.js'
import type { ManifestCheck } from './diagnostic.js'
import { diagnosticsOf } from './diagnostics-of.js'
import { documentsIn } from './documents.js'
import type { FileError, ReadDocument } from './file-error.js'
import { FileFindings } from './file-findings.js'
import type { LexemeListener } from './lexeme-listener.js'
import { DEFAULT_MAX_DIAGNOSTICS, MAX_MANIFEST_SIZE } from './limits.js'
import { formatOf } from './manifest-format.js'
import { mayBeModel } from './model-likeness.js'
import { NemoCliCheck } from './nemo-cli/nemo-cli-check.js'
import { NO_POLICY } from './policy.js'
import { mayHoldSecret } from './redaction/may-hold-secret.js'
import { Redaction } from './redaction/redaction.js'
import type { SourceCheck } from './source-check.js'
import { decodeUtf8, SourceText } from './source-text.js'
import { maySuppress } from './suppressions/may-suppress.js'
import { YamlCommentReader } from './yaml-comments.js'

/** A check, and the text that was checked. */
export interface CheckedSource {
  readonly check: ManifestCheck
  readonly source: SourceText
  /** The column of a place in UTF-8 bytes, where the text is not kept. */
  readonly byteColumn?: (line: number, column: number) => number
}

/** Checks the documents of a manifest. */
export function checkSource(manifest: string | Uint8Array, check: SourceCheck): CheckedSource {
  const { file = 'manifest.yaml', maxDiagnostics = DEFAULT_MAX_DIAGNOSTICS, policy = NO_POLICY } = check
  const { source, fileError, rest } = open(manifest)
  const format = check.format ?? formatOf(file)
  const hasComments = format === 'yaml' && fileError === undefined && maySuppress(source.text)
  const comments = hasComments ? new YamlCommentReader(source.text) : undefined
  const findings = new FileFindings({ source, policy, most: maxDiagnostics, acrossRules: check.acrossRules })
  const redaction = new Redaction(source.text, check.whole?.secrets)
  const seen = { documents: 0, emptyDocuments: 0, skippedDocuments: 0 }
  const nemoCli = check.target === 'nemo-cli' ? new NemoCliCheck() : undefined
  const reading = { ...check, file }
  const read = (listener?: LexemeListener) =>
    fileError ? [asDocument(fileError)] : documentsIn(source.text, { ...reading, ...(listener && { listener }) })
  const kept: ReadDocument[] = []
  let index = 0
  // How many documents come before the first finding. Where nothing is reported, nothing is shown, and secrets do not matter.
  let clean = 0
  for (const document of read(nemoCli?.listener(reading))) {
    if (index < MOST_KEPT) kept.push(document)
    if (comments !== undefined) findings.hear(comments.commentsOf(document))
    if (check.skipsOthers === true && !mayBeModel(document, rest ?? source.text, check.whole?.mentionsModel))
      seen.skippedDocuments += 1
    else {
      checkDocument(document, index, { ...check, policy, findings })
      nemoCli?.document(document, index)
      seen.documents += 1
      if (document.kind === 'empty') seen.emptyDocuments += 1
    }
    index += 1
    if (findings.isEmpty) clean = index
    else addSecrets(document, redaction)
  }
  const isRead = fileError === undefined && seen.documents > 0
  for (const refusal of isRead ? (nemoCli?.refusals(source.text, reading) ?? []) : []) findings.add(refusal)
  findings.finish()
  if (!findings.isEmpty) {
    // Many documents are read again rather than kept.
    for (const document of first(clean, clean <= MOST_KEPT ? kept : read())) addSecrets(document, redaction)
  }
  return { check: { ...diagnosticsOf(findings, { file, source, redaction, format }), ...seen }, source }
}

/** The most documents that are kept until the end of the check. */
const MOST_KEPT = 100

function* first(count: number, documents: Iterable<ReadDocument>): Generator<ReadDocument> {
  let index = 0
  for (const document of documents) {
    if (index >= count) return
    yield document
    index += 1
  }
}

function addSecrets(document: ReadDocument, redaction: Redaction): void {
  if (document.kind === 'errors') redaction.addText()
  else if (document.kind === 'value' && (document.quick === undefined || mayHoldSecret(document.quick.value))) {
    redaction.addDocument(document.root)
  }
}

/** The text; or the readable part of it, and why the rest cannot be read. */
interface Opened {
  readonly source: SourceText
  readonly fileError?: FileError
  /** What can be made of a text that cannot be read. */
  readonly rest?: string
}

function open(text: string | Uint8Array): Opened {
  if (text.length > MAX_MANIFEST_SIZE) {
    const message = `The file is larger than ${MAX_MANIFEST_SIZE} bytes`
    const rest = typeof text === 'string' ? text : latin1(text)
    return { ...refused('', 'too_large', message, 'split it into several files'), rest }
  }
  if (typeof text === 'string') return { source: new SourceText(text) }
  const decoded = decodeUtf8(text)
  if (decoded.ok) return { source: new SourceText(decoded.text) }
  const help = 'save the file as UTF-8; a binary file is not a manifest'
  const opened = refused(decoded.before, 'not_utf8', 'The file is not UTF-8 from here on', help)
  return { ...opened, rest: latin1(text) }
}

/** The file cannot be read to its end. Reported at the end of the readable part. */
function refused(before: string, code: FileError['code'], message: string, help: string): Opened {
  const source = new SourceText(before)
  const at = source.text.length
  return { source, fileError: { code, span: { start: at, end: at }, message, help } }
}

/** Every byte as a character: enough to look for the names of fields. */
function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}

function asDocument(fileError: FileError): ReadDocument {
  return { kind: 'errors', errors: [fileError] }
}
