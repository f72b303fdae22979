import type { CheckSummary, Diagnostic, DiagnosticSeverity } from '../../manifest/index.js'
import { type Paint, painter } from '../paint.js'
import { codeFrame } from './code-frame.js'
import type { CheckReport } from './index.js'
import { plural } from './numbers.js'
import { printable } from './printable.js'

/** For a person: place, message, code frame, help, and a summary. */
export function pretty({ summary, emptyDocuments, diagnostics, sources }: CheckReport): string {
  const paint = painter(process.stdout)
  const blocks = diagnostics.map((one) => block(one, sources.line(one.file, one.line), paint))
  return `${[...blocks, summaryLine(summary, emptyDocuments, paint)].join('\n')}\n`
}

const COLOUR = { error: 'red', warning: 'yellow', info: 'cyan' } as const satisfies Record<DiagnosticSeverity, string>

function block(one: Diagnostic, line: string | undefined, paint: Paint): string {
  const place = `${printable(one.file)}:${one.line}:${one.column}`
  const head = `${paint('bold', place)} ${paint(COLOUR[one.severity], one.severity)} ${paint('dim', one.code)}`
  const path = one.loc.length === 0 ? '' : `${printable(one.loc.join('.'))}: `
  const frame = line === undefined || line === '' ? [] : codeFrame(line, one).map((row) => paint('dim', row))
  const rows = [head, `  ${path}${printable(one.message)}`, ...frame]
  if (one.help !== '') rows.push(`  ${paint('cyan', 'help:')} ${printable(one.help)}`)
  return `${rows.join('\n')}\n`
}

function summaryLine({ files, documents, errors, warnings, infos }: CheckSummary, empty: number, paint: Paint): string {
  const found = [plural(errors, 'error'), plural(warnings, 'warning'), plural(infos, 'info')].join(', ')
  const checked = `${plural(documents, 'document')} in ${plural(files, 'file')}`
  const emptyOnes = empty === 0 ? '' : ` (${empty} empty)`
  return `${paint(errors > 0 ? 'red' : 'green', found)} — ${checked}${emptyOnes} checked`
}
