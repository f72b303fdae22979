import type { Architecture } from '../../architecture/index.js'
import { type MemoryMethod, methodOf } from '../methods.js'
import type { Layout } from './layout.js'
import { isDivisible } from './refused-division.js'

/**
 * The ways to divide a model over a number of GPUs, simplest first: data sharding alone; expert parallelism; tensor parallelism
 * within a node of eight GPUs, if the heads divide evenly, without and with sequence parallelism; pipeline stages.
 */
export function layoutsOf(model: Architecture, gpus: number, method: MemoryMethod): Layout[] {
  const { dimensions, program } = model
  const { heads, kvHeads, layers, moe } = dimensions
  const widths = [2, 4, 8].filter(
    (width) =>
      gpus % width === 0 && heads % width === 0 && (kvHeads % width === 0 || width % Math.max(kvHeads, 1) === 0),
  )
  const plain: Layout = { data: gpus, tensor: 1, pipeline: 1, expert: 1 }
  if (methodOf(method).trains === 'nothing') {
    return [{ ...plain, data: 1, tensor: widths.includes(gpus) ? gpus : 1, pipeline: widths.includes(gpus) ? 1 : gpus }]
  }
  // The other layouts are estimated for stacks of decoder layers only.
  if (program) return [plain]
  const experts = moe ? [2, 4, 8].filter((width) => gpus % width === 0 && moe.experts % width === 0) : []
  const stages = [2, 4, 8].filter((depth) => depth <= layers)
  const divisions = widths.filter((width) => isDivisible(model, width, true))
  return [
    plain,
    ...experts.map((expert) => ({ ...plain, expert })),
    ...divisions.map((tensor) => ({ ...plain, data: gpus / tensor, tensor })),
    ...divisions.map((tensor) => ({ ...plain, data: gpus / tensor, tensor, sequenceParallel: true })),
    ...[divisions.at(-1) ?? 1].flatMap((tensor) =>
      stages
        .filter((pipeline) => gpus % (tensor * pipeline) === 0)
        .map((pipeline) => ({ ...plain, data: gpus / tensor / pipeline, tensor, pipeline })),
    ),
  ]
}
