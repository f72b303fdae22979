import { InvalidArgumentError } from 'commander'
import { readPositive } from '../flag-values.js'

/** One estimate for each of some values: `--sweep batch=1,2,4`. */
export interface Sweep {
  readonly what: 'batch' | 'context' | 'rank'
  readonly values: readonly number[]
}

/** Reads the flag's value. */
export function sweep(text: string): Sweep {
  const [, what, list = ''] = /^(batch|context|rank)=([\d,]{1,200})$/.exec(text) ?? []
  if (what === 'batch' || what === 'context' || what === 'rank') {
    return { what, values: list.split(',').map(readPositive) }
  }
  throw new InvalidArgumentError('Expected batch, context or rank with its values, such as batch=1,2,4,8.')
}
