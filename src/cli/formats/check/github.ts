import type { Diagnostic, DiagnosticSeverity } from '../../../manifest/index.js'
import { printable } from '../printable.js'
import { type CheckFormatter, eachDiagnostic, sentenceOf } from './formatter.js'

/** Workflow commands of GitHub Actions: each diagnostic is an annotation at its place in the pull request. */
export function github(): CheckFormatter {
  return { begin: () => '', file: eachDiagnostic(annotation), end: () => '' }
}

const COMMANDS: Readonly<Record<DiagnosticSeverity, string>> = { error: 'error', warning: 'warning', info: 'notice' }

function annotation(one: Diagnostic): string {
  const { file, line, column, endLine, endColumn, code, severity, help } = one
  // GitHub refuses columns if an annotation covers several lines.
  const columns = line === endLine ? `,col=${column},endColumn=${Math.max(endColumn, column)}` : ''
  const properties = `file=${property(file)},line=${line},endLine=${endLine}${columns},title=${property(code)}`
  const text = help === '' ? sentenceOf(one) : `${sentenceOf(one)}\nhelp: ${help}`
  return `::${COMMANDS[severity]} ${properties}::${data(text)}\n`
}

/** The text of a command. Line breaks are encoded, anything else that a terminal would obey is escaped. */
function data(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line).replaceAll('%', '%25'))
    .join('%0A')
}

/** In a property, a colon or a comma would end it. */
function property(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C')
}
