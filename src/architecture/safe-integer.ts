import { CheckpointError } from './checkpoint-error.js'

/**
 * The exact product of sizes. Beyond 2^53, where JavaScript numbers would be rounded, it is an error.
 *
 * @throws CheckpointError `tensor_too_large`
 */
export function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => checked(total * size), 1)
}

/**
 * The exact sum of counts. Beyond 2^53 it is an error.
 *
 * @throws CheckpointError `tensor_too_large`
 */
export function sum(counts: Iterable<number>): number {
  let total = 0
  for (const count of counts) total = checked(total + count)
  return total
}

function checked(count: number): number {
  if (Number.isSafeInteger(count)) return count
  throw new CheckpointError('tensor_too_large', 'The model would have more than 2^53 parameters', {
    help: 'Check the config for a size that is far too large',
  })
}
