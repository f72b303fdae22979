import type { CheckedSource } from '../../manifest/check-source.js'
import { type Diagnostic, type ManifestErrorCode, pageOf } from '../../manifest/index.js'
import { SourceText } from '../../manifest/source-text.js'
import type { ReadConfig } from '../../policy/index.js'

const NOTHING = { documents: 0, emptyDocuments: 0, skippedDocuments: 0, suppressed: [], suppressedCount: 0 }

/** The check of a file that cannot be read: one error at its start. */
export function problemOf(file: string, code: ManifestErrorCode, message: string, help: string): CheckedSource {
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 }
  const one: Diagnostic = {
    file,
    document: 0,
    ...place,
    severity: 'error',
    code,
    loc: [],
    message,
    help,
    url: pageOf(code),
  }
  const check = { ...NOTHING, diagnostics: [one], excerpts: [], counts: { error: 1, warning: 0, info: 0 } }
  return { check, source: new SourceText('') }
}

/** The check of a config with mistakes. */
export function ofConfig({ diagnostics, excerpts, source }: ReadConfig): CheckedSource {
  const counts = { error: diagnostics.length, warning: 0, info: 0 }
  return { check: { ...NOTHING, diagnostics, excerpts, counts }, source }
}
