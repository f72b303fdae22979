import { set } from './build.js'
import type { Step, Steps, Value } from './steps.js'

/**
 * Rotates the variables `query` and `key` in float32, and narrows them to their dtype again. All float32 copies live until both are done.
 *
 * @param rotated - one of them, rotated. Default: by the tables `cos` and `sin`
 */
export function rotatedInFloat32(rotated: (of: string) => Value = byTables): Steps {
  return [
    set('wideQuery', { op: 'wide', of: 'query' }),
    set('wideKey', { op: 'wide', of: 'key' }),
    set('newQuery', rotated('wideQuery')),
    set('newKey', rotated('wideKey')),
    set('query', { op: 'narrow', of: 'newQuery' }),
    set('key', { op: 'narrow', of: 'newKey' }),
    ...['wideQuery', 'wideKey', 'newQuery', 'newKey'].map((drop): Step => ({ drop })),
  ]
}

const byTables = (of: string): Value => ({ op: 'rotate', of, by: ['cos', 'sin'] })
