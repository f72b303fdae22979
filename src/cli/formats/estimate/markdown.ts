import { gib } from '../numbers.js'
import { printable } from '../printable.js'
import { certainty, rangeText } from './certainty.js'
import { changeLines } from './changes.js'
import { markdownNotes } from './markdown-notes.js'
import { PARTS } from './parts.js'
import { planSentence } from './plan-sentence.js'
import type { EstimateReport } from './report.js'

/** A Markdown table for a document. */
export function markdown({ gpu, rows, plan, changes, notes }: EstimateReport): string {
  const parts = PARTS.filter(({ part }) => rows.some(({ estimate }) => estimate.parts[part] > 0))
  const head = ['run', ...parts.map(({ label }) => label), 'overhead', 'total', 'nvidia-smi', `fits ${gpu.name}`]
  const cells = rows.map(({ label, estimate, fits }) => [
    label,
    ...parts.map(({ part }) => gib(estimate.parts[part])),
    gib(estimate.overheadBytes),
    gib(estimate.totalBytes),
    rangeText(estimate),
    fits ? 'yes' : 'no',
  ])
  const line = (row: readonly string[]) => `| ${row.map(printable).join(' | ')} |`
  const text = [line(head), line(head.map(() => '---')), ...cells.map(line)].join('\n')
  const known = rows.slice(0, 1).flatMap(({ estimate }) => certainty(estimate))
  const assumptions = new Set([
    ...known.map(({ how, what }) => `${what}: ${how}`),
    ...(rows[0]?.estimate.assumptions ?? []),
    ...notes,
  ])
  const fitting = changes
    ? `\nTo make it fit, the cheapest first, each alone:\n${markdownNotes(changeLines(changes))}`
    : ''
  return `${text}\n${fitting}${plan ? `\n${planSentence(plan)}\n` : ''}${markdownNotes(assumptions)}`
}
