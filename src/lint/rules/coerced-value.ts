import { validate } from '../../validation/index.js'
import type { LintDocument } from '../document.js'
import type { Match, Rule } from '../rule.js'
import { locOf, type SchemaNode, schemaNode, walk } from '../schema-walk.js'
import { clipped, quoted } from '../text.js'

/** The service converts it. Other readers of the document may not. */
export const coercedValue: Rule = {
  code: 'coerced-value',
  severity: 'info',
  description: 'A value has the wrong JSON type, and the service converts it.',
  check: ({ value, ...document }) => coercions(document, (loc) => ({ taken: valueAt(value, loc) })),
}

/**
 * The coerced values of a document that has errors elsewhere: each is validated by itself. They are not reported, because only a valid
 * document has a value; but they can be corrected.
 */
export function coercionsBesideErrors(document: Pick<LintDocument, 'model' | 'written' | 'spelling'>): Match[] {
  return coercions(document, (_, variants, found) => {
    for (const variant of variants.filter(({ type }) => type !== 'null')) {
      const validated = validate(variant, found)
      if (validated.ok) return { taken: validated.value }
    }
    return undefined
  })
}

/** @param take - what the service makes of a value; nothing if it refuses it */
function coercions(
  { model, written, spelling }: Pick<LintDocument, 'model' | 'written' | 'spelling'>,
  take: (loc: Match['loc'], variants: readonly SchemaNode[], found: unknown) => { readonly taken: unknown } | undefined,
): Match[] {
  const hits: Match[] = []
  walk(schemaNode(model), written, {
    scalar(variants, found, step) {
      const isOfType = accepts(variants, found)
      if (isOfType && (typeof found !== 'number' || !variants.every(isInteger))) return
      const loc = locOf(step)
      const spelled = spelling(loc)
      if (isOfType && (spelled === undefined || !isFractionSpelling(spelled))) return
      const coerced = take(loc, variants, found)
      if (coerced === undefined) return
      const shown = spelled === undefined ? quoted(found) : clipped(spelled)
      if (isOfType) hits.push(matchOf(loc, spelled ?? '', found, 'integer'))
      else hits.push(matchOf(loc, `the ${nameOf(found)} ${shown}`, coerced.taken, kindOf(variants)))
    },
  })
  return hits
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
