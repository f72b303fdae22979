import type { DiagnosticSeverity } from '../../../manifest/index.js'
import { printable } from '../printable.js'
import { fingerprints } from './fingerprints.js'
import { type CheckFormatter, eachDiagnostic, sentenceOf } from './formatter.js'
import { indented } from './json.js'

/** A Code Quality report of GitLab: an array of issues. */
export function gitlab(): CheckFormatter {
  const fingerprintOf = fingerprints()
  let isFirst = true
  return {
    begin: () => '[',
    file: eachDiagnostic((one, excerpt) => {
      const separator = isFirst ? '' : ','
      isFirst = false
      const issue = {
        description: printable(sentenceOf(one)),
        check_name: one.code,
        fingerprint: fingerprintOf(one, excerpt),
        severity: SEVERITIES[one.severity],
        location: {
          path: one.file.replace(/^(?:\.\/)+/, ''),
          positions: {
            begin: { line: one.line, column: one.column },
            end: { line: one.endLine, column: one.endColumn },
          },
        },
      }
      return `${separator}\n  ${indented(issue, '  ')}`
    }),
    end: () => (isFirst ? ']\n' : '\n]\n'),
  }
}

const SEVERITIES: Readonly<Record<DiagnosticSeverity, string>> = { error: 'major', warning: 'minor', info: 'info' }
