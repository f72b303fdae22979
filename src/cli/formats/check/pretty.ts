import type { CheckSummary, Diagnostic, DiagnosticSeverity, Excerpt } from '../../../manifest/index.js'
import { type Paint, painter } from '../../paint.js'
import { count, plural } from '../numbers.js'
import { printable } from '../printable.js'
import { codeFrame } from './code-frame.js'
import type { CheckFormatter } from './formatter.js'

/** For people: place, message, code frame, help, and a summary. */
export function pretty(): CheckFormatter {
  const paint = painter(process.stdout)
  return {
    begin: () => '',
    diagnostic: (one, excerpt) => `${block(one, excerpt, paint)}\n`,
    end: ({ summary, emptyDocuments }) => `${summaryLine(summary, emptyDocuments, paint)}\n`,
  }
}

const COLOUR = { error: 'red', warning: 'yellow', info: 'cyan' } as const satisfies Record<DiagnosticSeverity, string>

function block(one: Diagnostic, excerpt: Excerpt | undefined, paint: Paint): string {
  const place = `${printable(one.file)}:${one.line}:${one.column}`
  const head = `${paint('bold', place)} ${paint(COLOUR[one.severity], one.severity)} ${paint('dim', one.code)}`
  const path = one.loc.length === 0 ? '' : `${printable(one.loc.join('.'))}: `
  const frame = excerpt === undefined ? [] : codeFrame(one.line, excerpt).map((row) => paint('dim', row))
  const rows = [head, `  ${path}${printable(one.message)}`, ...frame]
  if (one.help !== '') rows.push(`  ${paint('cyan', 'help:')} ${printable(one.help)}`)
  return `${rows.join('\n')}\n`
}

function summaryLine({ hidden = 0, ...summary }: CheckSummary, empty: number, paint: Paint): string {
  const { files, documents, errors, warnings, infos } = summary
  const found = [plural(errors, 'error'), plural(warnings, 'warning'), plural(infos, 'info')].join(', ')
  const unlisted = hidden === 0 ? '' : ` (${count(hidden)} of them hidden: --max-diagnostics lists more)`
  const checked = `${plural(documents, 'document')} in ${plural(files, 'file')}`
  const emptyOnes = empty === 0 ? '' : ` (${empty} empty)`
  return `${paint(errors > 0 ? 'red' : 'green', found)}${unlisted} — ${checked}${emptyOnes} checked`
}
