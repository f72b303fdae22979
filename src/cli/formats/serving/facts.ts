import type { ServingPlan } from '../../../estimate/index.js'
import { count, gib, plural } from '../numbers.js'

/** What a plan says besides its parts, as labels and values. */
export function factsOf(plan: ServingPlan): (readonly [label: string, value: string])[] {
  const { gpus, contextTokens, largestConcurrencyAtLengths, smallestMemoryUtilization, smallestGpu } = plan
  const sequences = (number: number): string => (number >= UNBOUNDED ? 'any number' : plural(number, 'sequence'))
  return [
    ['cache per token', bytes(plan.cacheBytesPerToken)],
    ...(plan.stateBytesPerSequence > 0 ? ([['state per sequence', bytes(plan.stateBytesPerSequence)]] as const) : []),
    ['tokens in the cache', `${count(plan.cacheTokens)}${gpus > 1 ? ' for each copy' : ''}`],
    [`at ${count(contextTokens)} tokens`, sequences(plan.largestConcurrency)],
    ...(largestConcurrencyAtLengths === undefined
      ? []
      : ([['at the given lengths', sequences(largestConcurrencyAtLengths)]] as const)),
    ['longest context', plan.largestContextTokens === 0 ? 'none fits' : `${count(plan.largestContextTokens)} tokens`],
    [
      'share of the card',
      `${plan.memoryUtilization.toFixed(3)}${smallestMemoryUtilization === undefined ? '' : `; ${smallestMemoryUtilization} would be enough`}`,
    ],
    ['smallest GPU', smallestGpu ?? 'none of those that are known, with this number of GPUs'],
  ]
}

/** More sequences than anything bounds. */
const UNBOUNDED = 100_000_000

function bytes(value: number): string {
  return value >= 2 ** 30 ? gib(value) : `${count(Math.round(value))} bytes`
}
