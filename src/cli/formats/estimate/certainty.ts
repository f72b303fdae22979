import type { MemoryEstimate } from '../../../estimate/index.js'
import { gib } from '../numbers.js'
import { PARTS } from './parts.js'

/** What `nvidia-smi` may show: `8.73 to 13.64 GiB`. */
export function rangeText({ range: { lowBytes, highBytes } }: MemoryEstimate): string {
  return `${gib(lowBytes).replace(' GiB', '')} to ${gib(highBytes)}`
}

/** How each part of the estimate is known, the surest first; parts that take no memory are left out. */
export function certainty({ confidence, parts }: MemoryEstimate): { readonly how: string; readonly what: string }[] {
  const labels = [...PARTS.filter(({ part }) => parts[part] > 0), { part: 'overhead', label: 'overhead' } as const]
  return HOW.flatMap(({ level, how }) => {
    const what = labels.filter(({ part }) => confidence[part] === level).map(({ label }) => label)
    return what.length > 0 ? [{ how, what: what.join(', ') }] : []
  })
}

const HOW = [
  { level: 'replayed', how: "operation by operation, as in torch's accounting" },
  { level: 'derived', how: 'from the code of a library' },
  { level: 'assumed', how: 'by a rule' },
] as const
