import type { FittingChanges, Gpu, GpuPlan, MemoryEstimate } from '../../../estimate/index.js'
import { type Paint, painter } from '../../paint.js'
import { count, gib, plural, share } from '../numbers.js'
import { printable } from '../printable.js'
import { certainty, rangeText } from './certainty.js'
import { changeLines } from './changes.js'
import { PARTS } from './parts.js'
import { planSentence } from './plan-sentence.js'
import type { EstimateReport, EstimateRow } from './report.js'

/** For people: a bar of the parts against the GPU's memory, then a table, how each part is known, and the assumptions. */
export function pretty({ name, family, method, gpu, rows, plan, changes, notes }: EstimateReport): string {
  const paint = painter(process.stdout)
  const [first, ...others] = rows
  const isSwept = others.length > 0
  const heading = `${paint('bold', printable(name))}  ${printable(family)}, ${method}, ${printable(gpu.name)}`
  const assumptions = new Set([...(first?.estimate.assumptions ?? []), ...notes])
  const blocks = [
    heading,
    ...rows.map((row) => bar(row, gpu, isSwept, paint)),
    ...(first && !isSwept ? [table(first.estimate, paint)] : []),
    ...(changes ? [changesText(changes, paint)] : []),
    ...(plan ? [planText(plan, paint)] : []),
    ...(first ? [known(first.estimate, paint)] : []),
    [...assumptions].map((text) => `${paint('dim', 'assumed:')} ${printable(text)}`).join('\n'),
  ]
  return `${blocks.join('\n\n')}\n`
}

const BAR_WIDTH = 60

/** The parts side by side on the scale of the GPU's memory. If they do not fit, `^` marks where that memory ends. */
function bar({ label, estimate, fits }: EstimateRow, gpu: Gpu, isSwept: boolean, paint: Paint): string {
  const scale = BAR_WIDTH / Math.max(gpu.memoryBytes, estimate.totalBytes)
  let [bytes, drawn, text] = [0, 0, '']
  for (const { part, letter, style } of PARTS) {
    bytes += estimate.parts[part]
    const width = Math.round(bytes * scale) - drawn
    text += paint(style, letter.repeat(width))
    drawn += width
  }
  const overhead = Math.round(estimate.totalBytes * scale) - drawn
  text += paint('dim', `${'+'.repeat(overhead)}${'·'.repeat(BAR_WIDTH - drawn - overhead)}`)
  const verdict = fits
    ? paint('green', `fits, ${gib(gpu.memoryBytes - estimate.totalBytes)} free`)
    : paint('red', `does not fit, ${gib(estimate.totalBytes - gpu.memoryBytes)} over`)
  const end = fits ? '' : `\n${' '.repeat(Math.floor(gpu.memoryBytes * scale))}^ ${gib(gpu.memoryBytes)}`
  const title = isSwept ? `${printable(label)}: ` : ''
  const range = paint('dim', `nvidia-smi may show ${rangeText(estimate)}`)
  return `${title}${gib(estimate.totalBytes)} of ${gib(gpu.memoryBytes)}: ${verdict}\n${text}${end}\n${range}`
}

function table({ parts, overheadBytes, totalBytes, peakAt }: MemoryEstimate, paint: Paint): string {
  const row = (mark: string, label: string, bytes: number) =>
    `  ${mark} ${label.padEnd(17)} ${gib(bytes).padStart(12)} ${share(bytes, totalBytes).padStart(8)}  ${count(bytes)}`
  return [
    ...PARTS.filter(({ part }) => parts[part] > 0).map(({ part, letter, style, label }) =>
      row(paint(style, letter), label, parts[part]),
    ),
    row('+', 'overhead', overheadBytes),
    row(' ', 'total', totalBytes),
    paint('dim', `  the peak is in ${peakAt.phase}, at ${printable(peakAt.operation)}`),
  ].join('\n')
}

function known(estimate: MemoryEstimate, paint: Paint): string {
  return certainty(estimate)
    .map(({ how, what }) => `${paint('dim', 'known:')} ${what}: ${how}`)
    .join('\n')
}

function changesText(changes: FittingChanges, paint: Paint): string {
  const title = paint('bold', `To make it fit on one ${printable(changes.gpu.name)}, the cheapest first, each alone:`)
  return [title, ...changeLines(changes).map((line) => `  ${line}`)].join('\n')
}

/** How many of the GPU counts that do not fit are explained; the rest are only counted. */
const EXPLAINED = 4

function planText(plan: GpuPlan, paint: Paint): string {
  const { tooFew } = plan
  const rest = tooFew.length - EXPLAINED
  return [
    paint('bold', planSentence(plan)),
    ...tooFew.slice(0, EXPLAINED).map(({ reason }) => `  ${printable(reason)}`),
    ...(rest > 0 ? [`  … and ${plural(rest, 'more GPU count')} that ${rest === 1 ? 'does' : 'do'} not fit`] : []),
  ].join('\n')
}
