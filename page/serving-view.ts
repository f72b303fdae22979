import { shownParts } from '../src/cli/formats/serving/amounts.js'
import { factsOf } from '../src/cli/formats/serving/facts.js'
import type { ServingPlan } from '../src/estimate/index.js'
import { element, notesList, table } from './dom.js'
import { bytes, number } from './format.js'
import { stackedBars } from './stacked-bars.js'

/** What serving needs, what would make it fit, and how sure that is. */
export function servingView(plan: ServingPlan): HTMLElement[] {
  return [verdict(plan), ...changes(plan), ...needs(plan), ...facts(plan), tooSmall(plan), assumed(plan)]
}

function verdict({ fits, gpu, gpus, concurrency, contextTokens, headroomBytes }: ServingPlan): HTMLElement {
  const sequences = `${number(concurrency)} sequence${concurrency === 1 ? '' : 's'} of ${number(contextTokens)} tokens`
  const where = gpus > 1 ? `${gpus} × ${gpu.name}` : gpu.name
  const many = concurrency === 1 ? ['fits', 'does not fit'] : ['fit', 'do not fit']
  const text = fits
    ? `${sequences} ${many[0]} on ${where}, with ${bytes(headroomBytes)} of the cache to spare.`
    : `${sequences} ${many[1]} on ${where}: ${bytes(-headroomBytes)} short.`
  return element('p', { class: fits ? 'verdict' : 'verdict caveat', id: 'serving-verdict' }, text)
}

function changes({ fits, changes: all }: ServingPlan): HTMLElement[] {
  if (fits) return []
  if (all.length === 0)
    return [element('p', {}, 'None of the usual changes makes it fit: it needs more or larger GPUs.')]
  const items = all.map(({ change, headroomBytes }) => `${change} (then ${bytes(headroomBytes)} to spare)`)
  return [element('h3', {}, 'What would make it fit, the cheapest first'), notesList(items)]
}

function needs(plan: ServingPlan): HTMLElement[] {
  const parts = shownParts(plan)
  const { memoryBytes, name } = plan.gpu
  return [
    element('h3', {}, 'What it needs on each GPU'),
    stackedBars({
      title: `Memory of each GPU by part, compared with ${bytes(memoryBytes)} of ${name}; the table below has the numbers`,
      legend: parts.map(({ label }) => label),
      bars: [{ label: name, parts: parts.map((part) => Math.max(0, part.bytes)), total: '' }],
      limit: { at: memoryBytes, label: `${name}: ${bytes(memoryBytes)}` },
    }),
    table(
      'Memory of each GPU, and how sure it is: replayed as the engine does, derived from sizes, or a mean of published logs',
      ['Part', 'Memory', 'How sure'],
      parts.map(({ label, bytes: size, sure }) => [label, size < 0 ? `${bytes(-size)} short` : bytes(size), sure]),
      ['Memory'],
    ),
  ]
}

function facts(plan: ServingPlan): HTMLElement[] {
  const rows = factsOf(plan).map(([label, value]) => [label, value])
  return [element('h3', {}, 'What fits'), table('As the engine counts it', ['Fact', 'Value'], rows)]
}

function tooSmall({ tooSmall: all }: ServingPlan): HTMLElement {
  return element('details', { hidden: all.length === 0 }, [
    element('summary', {}, 'GPUs that are too small, and why'),
    notesList(all.map(({ gpu, reason }) => `${gpu}: ${reason}`)),
  ])
}

function assumed({ assumptions, sources }: ServingPlan): HTMLElement {
  return element('details', {}, [
    element('summary', {}, 'Assumptions and sources'),
    notesList([...assumptions, ...sources]),
  ])
}
