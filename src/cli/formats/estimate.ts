import { maskSecrets } from '../../display/index.js'
import type { Gpu, GpuPlan, MemoryEstimate, MemoryPart } from '../../estimate/index.js'
import { jsonText } from '../json-text.js'
import { type Paint, painter, type Style } from '../paint.js'
import { count, gib, plural, share } from './numbers.js'
import { printable } from './printable.js'

/** One run: what tells it from the others of a sweep, and what it takes. */
export interface EstimateRow {
  readonly label: string
  readonly estimate: MemoryEstimate
  readonly fits: boolean
}

/** What `estimate` tells. */
export interface EstimateReport {
  readonly name: string
  readonly family: string
  readonly method: string
  readonly gpu: Gpu
  /** One run, or all runs of a sweep. */
  readonly rows: readonly EstimateRow[]
  /** The fewest GPUs for the run; absent for a sweep. */
  readonly plan?: GpuPlan
  readonly notes: readonly string[]
}

/** The output formats of `estimate`, by name. */
export const ESTIMATE_FORMATS = { pretty, json, markdown } as const satisfies Record<
  string,
  (report: EstimateReport) => string
>

/** The name of an output format of `estimate`. */
export type EstimateFormat = keyof typeof ESTIMATE_FORMATS

/** For programs: everything, in bytes. */
function json(report: EstimateReport): string {
  return `${jsonText(maskSecrets(report).value)}\n`
}

/** For a person: the parts against the GPU's memory, then the table, then what is taken for granted. */
function pretty({ name, family, method, gpu, rows, plan, notes }: EstimateReport): string {
  const paint = painter(process.stdout)
  const [first, ...others] = rows
  const isSwept = others.length > 0
  const heading = `${paint('bold', printable(name))}  ${printable(family)}, ${method}, ${printable(gpu.name)}`
  const assumptions = new Set([...(first?.estimate.assumptions ?? []), ...notes])
  const blocks = [
    heading,
    ...rows.map((row) => bar(row, gpu, isSwept, paint)),
    ...(first && !isSwept ? [table(first.estimate, paint)] : []),
    ...(plan ? [planText(plan, paint)] : []),
    [...assumptions].map((text) => `${paint('dim', 'assumed:')} ${printable(text)}`).join('\n'),
  ]
  return `${blocks.join('\n\n')}\n`
}

/** A table that a document can hold. */
function markdown({ gpu, rows, plan }: EstimateReport): string {
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
  return `${text}\n${plan ? `\n${planSentence(plan)}\n` : ''}`
}

/** The parts as they are drawn: with a letter too, since colours do not reach every reader. */
const PARTS: readonly {
  readonly part: MemoryPart
  readonly letter: string
  readonly style: Style
  readonly label: string
}[] = [
  { part: 'parameters', letter: 'P', style: 'blue', label: 'parameters' },
  { part: 'gradients', letter: 'G', style: 'magenta', label: 'gradients' },
  { part: 'optimizerStates', letter: 'O', style: 'yellow', label: 'optimizer states' },
  { part: 'activations', letter: 'A', style: 'green', label: 'activations' },
  { part: 'temporary', letter: 'T', style: 'cyan', label: 'temporary' },
  { part: 'kvCache', letter: 'K', style: 'red', label: 'KV cache' },
  { part: 'buffers', letter: 'B', style: 'dim', label: 'buffers' },
]

const BAR_WIDTH = 60

/** The parts side by side against the GPU's memory: `|` is where that ends, when they are more. */
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
    : paint('red', `does not fit, ${gib(estimate.totalBytes - gpu.memoryBytes)} too much`)
  const end = fits ? '' : `\n${' '.repeat(Math.floor(gpu.memoryBytes * scale))}^ ${gib(gpu.memoryBytes)}`
  const title = isSwept ? `${printable(label)}: ` : ''
  return `${title}${gib(estimate.totalBytes)} of ${gib(gpu.memoryBytes)}: ${verdict}\n${text}${end}`
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

/** How many counts that are too small are explained before the rest is only counted. */
const EXPLAINED = 4

function planText(plan: GpuPlan, paint: Paint): string {
  const { tooFew } = plan
  const rest = tooFew.length - EXPLAINED
  return [
    paint('bold', planSentence(plan)),
    ...tooFew.slice(0, EXPLAINED).map(({ reason }) => `  ${printable(reason)}`),
    ...(rest > 0 ? [`  … and ${plural(rest, 'more count')}`] : []),
  ].join('\n')
}

function planSentence({ gpus, gpu, layout, largestBatchSize = 1, tooFew }: GpuPlan): string {
  if (gpus === undefined)
    return `It does not fit on ${tooFew.at(-1)?.gpus ?? 0} of ${printable(gpu.name)}, nor on fewer.`
  const ways = Object.entries(layout ?? {}).filter(([, ranks]) => ranks > 1)
  const how = ways.length > 0 ? ` (${ways.map(([way, ranks]) => `${way} ${ranks}`).join(', ')})` : ''
  return `It takes ${plural(gpus, 'GPU')}${how}; the largest micro-batch is ${count(largestBatchSize)}.`
}
