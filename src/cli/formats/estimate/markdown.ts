import { gib } from '../numbers.js'
import { printable } from '../printable.js'
import { markdownNotes } from './markdown-notes.js'
import { PARTS } from './parts.js'
import { planSentence } from './plan-sentence.js'
import type { EstimateReport } from './report.js'

/** A Markdown table for a document. */
export function markdown({ gpu, rows, plan, notes }: EstimateReport): string {
  const parts = PARTS.filter(({ part }) => rows.some(({ estimate }) => estimate.parts[part] > 0))
  const head = ['run', ...parts.map(({ label }) => label), 'overhead', 'total', `fits ${gpu.name}`]
  const cells = rows.map(({ label, estimate, fits }) => [
    label,
    ...parts.map(({ part }) => gib(estimate.parts[part])),
    gib(estimate.overheadBytes),
    gib(estimate.totalBytes),
    fits ? 'yes' : 'no',
  ])
  const line = (row: readonly string[]) => `| ${row.map(printable).join(' | ')} |`
  const text = [line(head), line(head.map(() => '---')), ...cells.map(line)].join('\n')
  const assumptions = new Set([...(rows[0]?.estimate.assumptions ?? []), ...notes])
  return `${text}\n${plan ? `\n${planSentence(plan)}\n` : ''}${markdownNotes(assumptions)}`
}
