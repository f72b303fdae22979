import type { CheckedSource } from '../../manifest/check-source.js'
import type { Diagnostic, ManifestErrorCode } from '../../manifest/index.js'
import type { FaultlessFile } from '../../manifest/quick-check.js'
import { pageOf } from '../../manifest/rule-page.js'
import { SourceText } from '../../manifest/source-text.js'
import type { ReadConfig } from '../../policy/index.js'

/** The source of a file of which nothing is shown. */
const NO_SOURCE = new SourceText('')

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
  return { check, source: NO_SOURCE }
}

/** The check of a config with mistakes. */
export function ofConfig({ diagnostics, excerpts, source }: ReadConfig): CheckedSource {
  const counts = { error: diagnostics.length, warning: 0, info: 0 }
  return { check: { ...NOTHING, diagnostics, excerpts, counts }, source }
}

/** The check of a file in which there is nothing to report. */
export function faultless({ documents, skippedDocuments }: Omit<FaultlessFile, 'entities'>): CheckedSource {
  return { check: { ...NONE_FOUND, documents, skippedDocuments }, source: NO_SOURCE }
}

const NONE_FOUND = { ...NOTHING, diagnostics: [], excerpts: [], counts: { error: 0, warning: 0, info: 0 } } as const
