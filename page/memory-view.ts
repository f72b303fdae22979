import type { Architecture } from '../src/architecture/index.js'
import type { MemoryMethod } from '../src/estimate/index.js'
import { ask } from './ask.js'
import { element, notesList, table } from './dom.js'
import { bytes } from './format.js'
import { MEMORY_PARTS, type MemoryAnswer, type MemoryCase } from './memory-answer.js'
import { METHODS, type MemoryQuestion } from './memory-question.js'
import { stackedBars } from './stacked-bars.js'

/** One case, with its result once it is known. */
interface Case extends MemoryCase {
  readonly label: string
  readonly answer?: MemoryAnswer
}

/** The numbers of GPUs to show. */
const GPU_COUNTS = [1, 2, 4, 8]

/**
 * Shows the memory of each method on one GPU, and of one method on several GPUs, estimate by estimate: one for a mixture of
 * experts takes part of a second.
 *
 * @param show - called after each estimate, with all results so far
 * @param isWanted - returns false as soon as there is a newer question
 */
export async function showMemory(
  model: Architecture,
  question: MemoryQuestion,
  show: (content: readonly HTMLElement[]) => void,
  isWanted: () => boolean,
): Promise<void> {
  let cases = casesOf(question)
  for (const [index, one] of cases.entries()) {
    const { method, gpus } = one
    const answer = await ask({ kind: 'memory', question, memoryCase: { method, gpus } })
    if (!isWanted()) return
    cases = cases.with(index, { ...one, answer })
    show(viewOf(model, question, cases))
  }
}

function casesOf({ spread }: MemoryQuestion): Case[] {
  const methods = Object.keys(METHODS) as MemoryMethod[]
  return [
    ...methods.map((method) => ({ label: METHODS[method], method, gpus: 1 })),
    ...GPU_COUNTS.map((gpus) => ({ label: gpus === 1 ? '1 GPU' : `${gpus} GPUs`, method: spread, gpus })),
  ]
}

function viewOf(model: Architecture, question: MemoryQuestion, cases: readonly Case[]): HTMLElement[] {
  const methods = cases.slice(0, -GPU_COUNTS.length)
  const counts = cases.slice(-GPU_COUNTS.length)
  return [
    ...caveatsOf(model),
    element('h3', {}, 'On one GPU, by method'),
    ...chartAndTable('Memory of one GPU by method', 'Method', methods, question),
    element('h3', {}, `On several GPUs: ${METHODS[question.spread]}, sharded (FSDP), by number of GPUs`),
    ...chartAndTable('Memory of each GPU by number of GPUs', 'GPUs', counts, question),
    ...assumptionsOf(cases),
  ]
}

function caveatsOf({ family, forward, program }: Architecture): HTMLElement[] {
  if (forward || program) return []
  const text = `No forward-pass model for family ${family}: activations cannot be estimated. Parameters, gradients and optimizer states are exact.`
  return [element('p', { class: 'caveat' }, text)]
}

function chartAndTable(caption: string, head: string, cases: readonly Case[], { gpu }: MemoryQuestion): HTMLElement[] {
  const answered = cases.flatMap(({ label, answer }) => (answer ? [{ label, answer }] : []))
  const bars = cases.map(({ label, answer }) => ({
    label,
    parts: answer?.parts ?? [],
    total: answer ? totalOf(answer) : '…',
  }))
  // A part that no run has needs no column.
  const used = MEMORY_PARTS.flatMap(([, name], part) =>
    answered.some(({ answer }) => (answer.parts[part] ?? 0) > 0) ? [{ part, name }] : [],
  )
  const rows = answered.map(({ label, answer }) => [
    label,
    totalOf(answer),
    verdictOf(answer, gpu.memoryBytes),
    ...used.map(({ part }) => bytes(answer.parts[part] ?? 0)),
  ])
  const refusals = [...new Set(answered.flatMap(({ answer: { refusal } }) => refusal ?? []))]
  const names = used.map(({ name }) => name)
  return [
    stackedBars({
      title: `${caption}, stacked by part, compared with ${bytes(gpu.memoryBytes)} of ${gpu.name}; the table below has the numbers`,
      legend: MEMORY_PARTS.map(([, name]) => name),
      bars,
      limit: { at: gpu.memoryBytes, label: `${gpu.name}: ${bytes(gpu.memoryBytes)}` },
    }),
    ...(rows.length > 0 ? [table(caption, [head, 'total', gpu.name, ...names], rows, ['total', ...names])] : []),
    ...(refusals.length > 0 ? [notesList(refusals)] : []),
  ]
}

function totalOf({ totalBytes, estimate }: MemoryAnswer): string {
  if (estimate) return bytes(totalBytes)
  return totalBytes > 0 ? `over ${bytes(totalBytes)}` : 'unknown'
}

function verdictOf({ totalBytes, estimate }: MemoryAnswer, memoryBytes: number): string {
  const left = memoryBytes - totalBytes
  if (left < 0) return `${bytes(-left)} short`
  return estimate ? `fits, ${bytes(left)} left` : 'unknown'
}

function assumptionsOf(cases: readonly Case[]): HTMLElement[] {
  const estimates = cases.flatMap(({ label, answer }) =>
    answer?.estimate ? [{ label, estimate: answer.estimate }] : [],
  )
  if (estimates.length === 0) return []
  const peaks = estimates.map(
    ({ label, estimate: { peakAt } }) => `${label}: the peak is in the ${peakAt.phase} phase, at ${peakAt.operation}`,
  )
  const assumed = [...new Set(estimates.flatMap(({ estimate }) => estimate.assumptions))]
  return [
    element('details', {}, [
      element('summary', {}, 'Where the peaks are, and assumptions'),
      notesList([...peaks, ...assumed]),
    ]),
  ]
}
