import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const COPIES = 500

/** How many bytes of the heap one answer of `make` keeps, as long as it is held. */
export function heldBytes(make: () => unknown): number {
  make()
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const held = Array.from({ length: COPIES }, make)
  collectGarbage()
  const bytes = (process.memoryUsage().heapUsed - before) / held.length
  return Math.round(bytes)
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
