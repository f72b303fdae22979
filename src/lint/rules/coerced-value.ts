import type { Match, Rule } from '../rule.js'
import { locOf, type SchemaNode, schemaNode, walk } from '../schema-walk.js'
import { clipped, quoted } from '../text.js'

/** The service converts it. Other readers of the document may not. */
export const coercedValue: Rule = {
  code: 'coerced-value',
  severity: 'info',
  description: 'A value has the wrong JSON type, and the service converts it.',
  check({ model, written, value, spelling }) {
    const hits: Match[] = []
    walk(schemaNode(model), written, {
      scalar(variants, found, step) {
        if (accepts(variants, found)) {
          if (typeof found === 'number' && variants.every(isInteger)) {
            const loc = locOf(step)
            const spelled = spelling(loc)
            if (spelled !== undefined && isFractionSpelling(spelled)) hits.push(matchOf(loc, spelled, found, 'integer'))
          }
        } else {
          const loc = locOf(step)
          const spelled = spelling(loc)
          const shown = spelled === undefined ? quoted(found) : clipped(spelled)
          hits.push(matchOf(loc, `the ${nameOf(found)} ${shown}`, valueAt(value, loc), kindOf(variants)))
        }
      },
    })
    return hits
  },
}

const JSON_NAMES: ReadonlyMap<unknown, string> = new Map([
  ['integer', 'number'],
  ['number', 'number'],
  ['boolean', 'boolean'],
  ['string', 'text'],
])

function matchOf(loc: Match['loc'], found: string, taken: unknown, kind: string): Match {
  return {
    loc,
    message: `expected ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}, found ${found}; the service reads it as ${quoted(taken)}`,
    help: `write ${quoted(taken)}`,
    correction: { value: taken },
  }
}

/** An integer with a fraction or an exponent: `1.0`, `8e0`. The letters in `0x1e` are digits. */
function isFractionSpelling(spelled: string): boolean {
  return /[.e]/i.test(spelled) && !/^[+-]?0[xo]/i.test(spelled)
}

/** Whether a scalar has the JSON type of one of the variants. An integer is a number; a string may be a date. */
function accepts(variants: readonly SchemaNode[], value: unknown): boolean {
  const name = nameOf(value)
  return variants.some(({ type }) => type === undefined || JSON_NAMES.get(type) === name)
}

function isInteger({ type }: SchemaNode): boolean {
  return type === 'integer' || type === 'null'
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return 'text'
  return typeof value === 'bigint' ? 'number' : typeof value
}

function kindOf(variants: readonly SchemaNode[]): string {
  const { type, format } = variants[0] ?? {}
  // No other text is made of a value of another type.
  return format === 'date-time' ? 'datetime as text' : String(type)
}

/** The converted value: it has the same shape as the written one. */
function valueAt(value: unknown, loc: Match['loc']): unknown {
  let at = value
  for (const key of loc) {
    at = Reflect.get(Object(at), key)
  }
  return at
}
