import type { FittingChanges, MemoryChange } from '../../../estimate/index.js'
import { gib } from '../numbers.js'
import { printable } from '../printable.js'

/** One line for each change that saves memory, the cheapest first; then what fits together, and which GPU would be enough. */
export function changeLines({ changes, together, largerGpu, gpu }: FittingChanges): string[] {
  const width = Math.max(...changes.map(({ change }) => change.length), 0)
  const line = ({ change, cost, savedBytes, totalBytes, fits }: MemoryChange) =>
    `${change.padEnd(width)}  −${gib(savedBytes)} to ${gib(totalBytes)}, costs ${cost}${fits ? ': fits' : ''}`
  return [
    ...changes.map(line),
    ...(together ? [`together: ${together.changes.join(', ')}: ${gib(together.totalBytes)}: fits`] : []),
    ...(!together && !changes.some(({ fits }) => fits)
      ? [`all of this together is not enough for ${printable(gpu.name)}`]
      : []),
    ...(largerGpu ? [`unchanged, it fits on ${printable(largerGpu.name)}`] : []),
  ]
}
