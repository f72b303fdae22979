import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HttpError } from '../../../examples/registry/http/http-error.js'
import { routedUrl } from '../../../examples/registry/http/request-path.js'
import { type Filter, filterOf } from '../../../examples/registry/lists/filter.js'
import { filterParameter } from '../../../examples/registry/lists/filter-parameter.js'
import { conditionOf } from '../../../examples/registry/lists/filter-sql.js'
import { textFilter } from '../../../examples/registry/lists/text-filter.js'
import { newId } from '../../../examples/registry/models/ids.js'
import { now } from '../../../examples/registry/models/timestamp.js'

const FIELDS = ['name', 'base_model', 'finetuning_type', 'description', 'project', 'data.fileset']
const field = fc.constantFrom(...FIELDS)
const text = fc.string({ unit: 'grapheme', maxLength: 20 })

const comparison: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constant('compare' as const),
    field,
    operator: fc.constantFrom('$eq' as const, '$like' as const, '$gt' as const, '$lte' as const),
    value: fc.oneof(text, fc.integer()),
  }),
  fc.record({
    kind: fc.constant('compare' as const),
    field,
    operator: fc.constantFrom('$in' as const, '$nin' as const),
    value: fc.array(text, { maxLength: 3 }),
  }),
)

const filter = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    comparison,
    fc.record({ kind: fc.constant('not' as const), filter: tie('filter') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).filter

const SIGNS: Readonly<Record<string, string>> = {
  $eq: ':',
  $like: '~',
  $gt: '>',
  $lte: '<=',
  $in: ' IN ',
  $nin: ' NOT IN ',
}

/** A filter in the text notation. JSON writes strings, numbers and lists as it does. */
function asText(each: Filter): string {
  if (each.kind === 'not') return `-(${asText(each.filter)})`
  if (each.kind !== 'compare') return each.filters.map((one) => `(${asText(one)})`).join(` ${each.kind.toUpperCase()} `)
  return `${each.field}${SIGNS[each.operator]}${JSON.stringify(each.value)}`
}

/** A filter in the JSON notation. */
function asJson(each: Filter): object {
  if (each.kind === 'not') return { $not: asJson(each.filter) }
  if (each.kind !== 'compare') return { [`$${each.kind}`]: each.filters.map(asJson) }
  return { [each.field]: { [each.operator]: each.value } }
}

/** Whatever is wrong with a filter is a refusal, and no failure. */
function refuses(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(HttpError)
  }
}

describe('filters', () => {
  it('mean the same in text and in JSON', () => {
    fc.assert(
      fc.property(filter, (each) => {
        expect(textFilter(asText(each))).toEqual(each)
        expect(filterOf(JSON.parse(JSON.stringify(asJson(each))))).toEqual(each)
      }),
    )
  })

  it('become SQL in which no value stands', () => {
    fc.assert(
      fc.property(filter, (each) => {
        const { where, parameters } = conditionOf(each)
        const known =
          /^(?:\$\d+|[(), =<>]|<=|'null'|escape ''|coalesce|ilike|not|in|and|or|is|null|true|false|name|base_model|finetuning_type|description|project|fileset)*$/
        expect(where).toMatch(known)
        const used = [...where.matchAll(/\$(\d+)/g)].map(([, index]) => Number(index))
        expect(used).toEqual(parameters.map((_, index) => index + 1))
      }),
    )
  })

  it('are refused with 400 if they cannot be read, whatever they are', () => {
    const pieces = fc.constantFrom(
      ...[
        'name',
        ':',
        '"a"',
        '(',
        ')',
        '[',
        ']',
        ',',
        '-',
        ' AND ',
        ' NOT ',
        ' IN ',
        '1',
        'null',
        '\\',
        '"',
        '.',
        '\u0000',
      ],
    )
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces).map((all) => all.join('')),
      fc.json(),
    )
    fc.assert(fc.property(texts, (written) => refuses(() => filterParameter(new URLSearchParams({ filter: written })))))
    const keys = fc
      .array(fc.constantFrom('[', ']', 'name', '$eq', '$or', '', 'in', '__proto__'))
      .map((all) => `filter${all.join('')}`)
    const parameters = fc.array(fc.tuple(keys, fc.oneof(fc.string(), fc.json())))
    fc.assert(
      fc.property(parameters, (all) =>
        refuses(() => {
          const read = filterParameter(new URLSearchParams(all))
          if (read !== undefined) conditionOf(read)
        }),
      ),
    )
  })

  it.each([
    ['parentheses', `${'('.repeat(15_000)}name:"x"`],
    ['negations', '-'.repeat(15_000)],
    ['quotes', `name:"${'\\"'.repeat(7_000)}`],
    ['JSON', '{"$not":'.repeat(1_500)],
    ['conditions', 'name:"x" '.repeat(1_600)],
  ])('that are hostile come to an end: %s', (_, written) => {
    refuses(() => filterParameter(new URLSearchParams({ filter: written })))
  })
})

describe('paths', () => {
  it('are decoded once, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (segment, query) => {
        const sent = `/models/${encodeURIComponent(segment.toWellFormed())}`
        const [path = '', ...rest] = routedUrl(`${sent}?${query}`).split('?')
        expect(rest.join('?')).toBe(query)
        expect(decodeURIComponent(path)).toBe(`/models/${segment.toWellFormed()}`)
      }),
    )
  })

  it.each([
    ['/a%2Fb', '/a/b'],
    ['/%2e%2E', '/..'],
    ['/%ff', '/%EF%BF%BD'],
    ['/%zz', '/%25zz'],
    ['/%', '/%25'],
    ['/%E4%BD%A0', '/%E4%BD%A0'],
    ['/a?x=%2F', '/a?x=%2F'],
  ])('%s is routed as %s', (sent, routed) => {
    expect(routedUrl(sent)).toBe(routed)
  })
})

describe('what the registry gives a model', () => {
  it('is an id of 22 characters that is not given again', () => {
    const ids = Array.from({ length: 1000 }, () => newId('model'))
    for (const id of ids) expect(id).toMatch(/^model-[1-9A-HJ-NP-Za-km-z]{22}$/)
    expect(new Set(ids).size).toBe(1000)
  })

  it('is the time to the microsecond, without a zone', () => {
    const time = now()
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/)
    expect(Math.abs(Date.parse(`${time}Z`) - Date.now())).toBeLessThan(5_000)
  })
})
