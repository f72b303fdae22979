/** How the values of flags that several commands have are read. */
import { InvalidArgumentError } from 'commander'
import { type Gpu, gpuOf } from '../estimate/index.js'

/** A GPU by its name, or by its memory in GiB. */
export function readGpu(text: string): Gpu {
  try {
    return gpuOf(text)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

/** An integer of 1 or more. */
export function readPositive(text: string): number {
  const value = Number(text)
  if (/^\d{1,10}$/.test(text) && value >= 1) return value
  throw new InvalidArgumentError('Expected an integer of at least 1.')
}

/** An integer of 0 or more. */
export function readCount(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected an integer of at least 0.')
}
