import type { Rule } from '../../lint/index.js'
import { plainPath, reach } from '../field-paths.js'
import type { Bound } from '../settings.js'

/** Bounds that a team sets for numbers, by their path. */
export function limit({ limits }: { readonly limits: Readonly<Record<string, Bound>> }): Rule {
  const bounds = Object.entries(limits).map(([path, bound]) => ({ path: plainPath(path).split('.'), bound }))
  return {
    code: 'limit',
    severity: 'warning',
    description: 'A number is outside the limits of the config.',
    *check({ value }) {
      for (const { path, bound } of bounds) {
        for (const { loc, value: number } of reach(value, path)) {
          if (typeof number !== 'number' && typeof number !== 'bigint') continue
          const { min, max } = bound
          if (min !== undefined && number < min) yield outside(loc, number, `at least ${min}`)
          else if (max !== undefined && number > max) yield outside(loc, number, `at most ${max}`)
        }
      }
    },
  }
}

function outside(loc: readonly (string | number)[], number: number | bigint, wanted: string) {
  const field = loc.filter((step) => typeof step === 'string').at(-1)
  return { loc, message: `"${field}" is ${number}; the config allows ${wanted}`, help: `use ${wanted}` }
}
