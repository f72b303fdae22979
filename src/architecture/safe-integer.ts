import { CheckpointError } from './checkpoint-error.js'

/**
 * The product of sizes, exact or an error: beyond 2^53 a JavaScript number would silently round.
 *
 * @throws CheckpointError `tensor_too_large`
 */
export function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => checked(total * size), 1)
}

/**
 * The sum of counts, exact or an error.
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
    help: 'Look for a size in the config that is far too large',
  })
}
