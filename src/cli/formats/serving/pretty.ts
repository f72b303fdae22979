import type { ServingPlan } from '../../../estimate/index.js'
import { type Paint, painter } from '../../paint.js'
import { count, gib, plural } from '../numbers.js'
import { printable } from '../printable.js'
import { shownParts } from './amounts.js'
import { factsOf } from './facts.js'
import type { ServingReport } from './report.js'

/** For people: whether it fits, a bar of the card, the parts and how sure they are, what fits, and what would make it fit. */
export function pretty({ name, family, plan, notes }: ServingReport): string {
  const paint = painter(process.stdout)
  const gpus = plan.gpus > 1 ? `${plan.gpus} × ` : ''
  const heading = `${paint('bold', printable(name))}  ${printable(family)}, ${plan.precision}, ${plan.engine} ${printable(plan.engineVersion)}, ${gpus}${printable(plan.gpu.name)}`
  const lines = [
    ...new Set([
      ...plan.assumptions.map((text) => `${paint('dim', 'assumed:')} ${printable(text)}`),
      ...notes.map((text) => `${paint('dim', 'note:')} ${printable(text)}`),
      ...plan.sources.map((text) => `${paint('dim', 'source:')} ${printable(text)}`),
    ]),
  ]
  const blocks = [heading, bar(plan, paint), table(plan, paint), facts(plan), ...changes(plan, paint), lines.join('\n')]
  return `${blocks.join('\n\n')}\n`
}

const BAR_WIDTH = 60

function bar(plan: ServingPlan, paint: Paint): string {
  const { gpu, fits, headroomBytes, concurrency, contextTokens } = plan
  const wanted = `${plural(concurrency, 'sequence')} of ${count(contextTokens)} tokens`
  const verdict = fits
    ? paint(
        'green',
        `${wanted} ${concurrency === 1 ? 'fits' : 'fit'}, with ${gib(headroomBytes)} of the cache to spare`,
      )
    : paint('red', `${wanted} ${concurrency === 1 ? 'does' : 'do'} not fit: ${gib(-headroomBytes)} short`)
  const parts = shownParts(plan).filter(({ bytes }) => bytes > 0)
  const all = parts.reduce((sum, { bytes }) => sum + bytes, 0)
  const scale = BAR_WIDTH / Math.max(gpu.memoryBytes, all)
  let [bytes, drawn, text] = [0, 0, '']
  for (const part of parts) {
    bytes += part.bytes
    const width = Math.max(0, Math.round(bytes * scale) - drawn)
    text += paint(part.style, part.letter.repeat(width))
    drawn += width
  }
  const end =
    all > gpu.memoryBytes ? `\n${' '.repeat(Math.floor(gpu.memoryBytes * scale))}^ ${gib(gpu.memoryBytes)}` : ''
  return `${gib(gpu.memoryBytes)} on each GPU: ${verdict}\n${text}${paint('dim', '·'.repeat(Math.max(0, BAR_WIDTH - drawn)))}${end}`
}

function table(plan: ServingPlan, paint: Paint): string {
  return shownParts(plan)
    .map(
      ({ letter, style, label, bytes, sure }) =>
        `  ${paint(style, letter)} ${label.padEnd(20)} ${gib(bytes).padStart(11)}  ${paint('dim', sure)}`,
    )
    .join('\n')
}

function facts(plan: ServingPlan): string {
  return factsOf(plan)
    .map(([label, value]) => `  ${label.padEnd(22)} ${printable(value)}`)
    .join('\n')
}

function changes({ fits, changes: all }: ServingPlan, paint: Paint): string[] {
  if (fits) return []
  if (all.length === 0) return [paint('bold', 'None of the usual changes makes it fit: it needs more or larger GPUs.')]
  const lines = all.map(({ change, headroomBytes }) => `  ${printable(change)} (then ${gib(headroomBytes)} to spare)`)
  return [[paint('bold', 'It would fit with any one of these, the cheapest first:'), ...lines].join('\n')]
}
