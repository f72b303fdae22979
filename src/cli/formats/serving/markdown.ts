import { gib } from '../numbers.js'
import { printable } from '../printable.js'
import { shownParts } from './amounts.js'
import { factsOf } from './facts.js'
import type { ServingReport } from './report.js'

/** A table for a document. */
export function markdown({ name, plan, notes }: ServingReport): string {
  const row = (...cells: readonly string[]) => `| ${cells.map(printable).join(' | ')} |`
  const parts = shownParts(plan).map(({ label, bytes, sure }) => row(label, gib(bytes), sure))
  const facts = factsOf(plan).map(([label, value]) => row(label, value, ''))
  const lines = [...new Set([...plan.assumptions, ...notes])].map((text) => `- ${printable(text)}`)
  const changes = plan.changes.map(({ change }) => `- would fit with ${printable(change)}`)
  const head = `${plan.engine} ${plan.engineVersion}, ${plan.gpu.name}: ${plan.fits ? 'fits' : 'does not fit'}`
  return [row(name, head, ''), row('---', '---', '---'), ...parts, ...facts, '', ...changes, ...lines, ''].join('\n')
}
