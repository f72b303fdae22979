/** Reads a config. Its mistakes are diagnostics with their place, and what is right of it is used. */

import { diagnosticsOf } from '../manifest/diagnostics-of.js'
import { documentsIn } from '../manifest/documents.js'
import { duplicateKeys } from '../manifest/duplicate-keys.js'
import { FileFindings } from '../manifest/file-findings.js'
import type { Diagnostic, Excerpt } from '../manifest/index.js'
import { formatOf } from '../manifest/manifest-format.js'
import { NO_POLICY } from '../manifest/policy.js'
import { Redaction } from '../manifest/redaction/redaction.js'
import { locate, plainValue, type SourceNode, type Span } from '../manifest/source-node.js'
import { decodeUtf8, SourceText } from '../manifest/source-text.js'
import { type ConfigSettings, checkConfig, NO_SETTINGS } from './check-config.js'
import type { ConfigFault } from './config-fault.js'

/** A config as it was read. */
export interface ReadConfig {
  /** What is right of the config. Empty if it cannot be read at all. */
  readonly settings: ConfigSettings
  readonly diagnostics: readonly Diagnostic[]
  readonly excerpts: readonly Excerpt[]
  /** The text of the file. */
  readonly source: SourceText
}

/**
 * Reads a config from the text or the bytes of its file.
 *
 * @param file - the name of the file, for diagnostics; its extension selects the format
 */
export function readConfig(content: string | Uint8Array, file: string): ReadConfig {
  const decoded = typeof content === 'string' ? ({ ok: true, text: content } as const) : decodeUtf8(content)
  const source = new SourceText(decoded.ok ? decoded.text : decoded.before)
  const findings = new FileFindings({
    source,
    policy: NO_POLICY,
    most: MOST_DIAGNOSTICS,
    acrossRules: undefined,
  })
  const add = (span: Span, loc: ConfigFault['loc'], message: string, help: string) =>
    findings.add({ document: 0, severity: 'error', code: 'config_invalid', loc, span, message, help })
  const redaction = new Redaction(source.text)
  const finish = (settings: ConfigSettings): ReadConfig => ({
    settings,
    source,
    ...diagnosticsOf(findings, { file, source, redaction, format: formatOf(file) }),
  })
  if (!decoded.ok) {
    const at = source.text.length
    add({ start: at, end: at }, [], 'The file is not UTF-8 from here on', 'save the file as UTF-8')
    return finish(NO_SETTINGS)
  }
  const documents = [...documentsIn(source.text, { file })].filter(({ kind }) => kind !== 'empty')
  const [first, second] = documents
  if (first === undefined) return finish(NO_SETTINGS)
  const errors = first.kind === 'value' ? duplicateKeys(first.root) : first.kind === 'errors' ? first.errors : []
  for (const { span, message, help } of errors) add(span, [], message, help)
  if (first.kind !== 'value' || errors.length > 0) {
    redaction.addText()
    return finish(NO_SETTINGS)
  }
  redaction.addDocument(first.root)
  if (second !== undefined) {
    const span = second.kind === 'value' ? startOf(second.root) : { start: 0, end: 0 }
    add(span, [], 'A config is one document', 'remove the further documents')
  }
  const { settings, faults } = checkConfig(plainValue(first.root))
  for (const fault of faults) add(spanOf(first.root, fault), fault.loc, fault.message, fault.help)
  return finish(settings)
}

/** More mistakes than this are not listed. */
const MOST_DIAGNOSTICS = 1000

function spanOf(root: SourceNode, { loc, at }: ConfigFault): Span {
  const { node, keySpan } = locate(root, loc)
  if (at === 'key' && keySpan !== undefined) return keySpan
  return node.span ?? keySpan ?? { start: 0, end: 0 }
}

function startOf({ span = { start: 0, end: 0 } }: SourceNode): Span {
  return { start: span.start, end: span.start + 1 }
}
