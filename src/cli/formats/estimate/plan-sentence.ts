import type { GpuPlan } from '../../../estimate/index.js'
import { count } from '../numbers.js'
import { printable } from '../printable.js'

/** Summarises a GPU plan in one sentence. */
export function planSentence({ gpus, gpu, layout, largestBatchSize = 1, tooFew }: GpuPlan): string {
  if (gpus === undefined)
    return `It does not fit on ${tooFew.at(-1)?.gpus ?? 0} × ${printable(gpu.name)}, nor on fewer.`
  const ways = Object.entries(layout ?? {}).filter(([, ranks]) => Number(ranks) > 1)
  const how = ways.length > 0 ? ` (${ways.map(([way, ranks]) => `${way} ${ranks}`).join(', ')})` : ''
  return `The fewest GPUs that this run fits on: ${count(gpus)}${how}, with a micro-batch of up to ${count(largestBatchSize)}.`
}
