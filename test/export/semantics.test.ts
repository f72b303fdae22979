import Ajv07 from 'ajv'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Dialect, jsonSchema } from '../../src/export/index.js'
import { isModelRef } from '../../src/references/index.js'
import { isSchemaName, SCHEMA_NAMES, type SchemaName } from '../../src/schemas/index.js'
import { rustRegExp } from '../../src/validation/rust-pattern.js'
import { readRecords } from '../oracle/records.js'

/** Patterns are read as the service reads them: in JavaScript `\w` is ASCII alone. */
const regExp = Object.assign((pattern: string) => rustRegExp(pattern), { code: 'rustRegExp' })
const OPTIONS = { allowUnionTypes: true, code: { regExp } }
const DIALECTS: readonly Dialect[] = ['2020-12', 'draft-07']

describe.each(DIALECTS)('what the schemas in %s say of the service’s recorded answers', (dialect) => {
  const ajv = addFormats.default(dialect === 'draft-07' ? new Ajv07.default(OPTIONS) : new Ajv2020.default(OPTIONS))
  const checks = new Map(SCHEMA_NAMES.map((name) => [name, ajv.compile(jsonSchema(name, { dialect }))]))
  const accepts = ({ name, body }: Sent): boolean => checks.get(name)?.(body) === true

  it('they take every body that the service takes as it stands', () => {
    const canonical = sent.filter(({ body, answer }) => answer.ok && isKept(body, answer.value))
    const refused = canonical.filter((each) => !accepts(each)).map(({ body }) => body)
    expect(canonical.length).toBeGreaterThan(500)
    // WHATWG's URLs, which the service reads, allow characters that RFC 3986's, of which `format: uri` speaks, do not.
    expect(refused).toEqual([{ url: 'https://host.com/%zz' }, { url: 'http://h/|' }])
  })

  it('they refuse every body that the service refuses, but for URLs and times of the right form and no meaning', () => {
    const refused = sent.filter(({ answer }) => !answer.ok)
    const types = refused.filter(accepts).flatMap(({ answer }) => (answer.ok ? [] : typesOf(answer.detail)))
    expect(refused.length).toBeGreaterThan(2000)
    expect([...new Set(types)].sort()).toEqual(['datetime_from_date_parsing', 'datetime_parsing', 'url_parsing'])
    expect(types.length).toBeLessThan(20)
  })
})

describe('a model reference', () => {
  const { model } = Object(jsonSchema('Adapter')['properties'])
  const pattern = new RegExp(model.pattern)

  it.each([
    ...['ab', 'a1', 'llama-3.1-8b', 'default/llama-3.1-8b', 'a@b', 'a.+_', 'a-b-c', `a${'b'.repeat(62)}`],
    ...[
      '',
      'a',
      '1a',
      'A1',
      'a-',
      'a--b',
      'ab/',
      '/ab',
      'ab/cd/ef',
      'ab/c',
      'ab/c-',
      'ab-/cd',
      'a b',
      'ab\n',
      `a${'b'.repeat(63)}`,
    ],
  ])('%j is judged by the pattern as by its parser', (text) => {
    expect(pattern.test(text)).toBe(isModelRef(text))
  })

  it('with a long hyphenated segment passes the pattern, and not the service', () => {
    const long = `a${'-b'.repeat(40)}`
    expect([pattern.test(long), isModelRef(long)]).toEqual([true, false])
  })

  it('that its parser takes always passes the pattern', () => {
    const segment = fc.stringMatching(/^[a-z](?:-?[a-z0-9@.+_]){1,30}$/)
    fc.assert(
      fc.property(segment, segment, (one, other) => {
        expect(pattern.test(one)).toBe(true)
        expect(pattern.test(`${one}/${other}`)).toBe(true)
      }),
    )
  })
})

interface Sent {
  readonly name: SchemaName
  readonly body: unknown
  readonly answer: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: unknown }
}

/** The recorded bodies that are JSON and were sent as JSON. */
const sent: readonly Sent[] = readRecords('vectors').flatMap((record) => {
  const name = record.model === 'CreateModel' ? 'CreateModelEntityRequest' : record.model
  const body = jsonOf(record.body)
  const isJson = record.content_type === undefined && body !== undefined
  return isJson && isSchemaName(name) ? [{ name, body, answer: record }] : []
})

function jsonOf(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** Whether the service's value keeps all of the body: nothing is coerced; defaults may come, unknown fields go. */
function isKept(body: unknown, value: unknown): boolean {
  if (typeof body !== 'object' || body === null) return Object.is(body, value)
  const kept = new Map(Object.entries(Object(value)))
  if (Array.isArray(body)) {
    return Array.isArray(value) && body.length === value.length && body.every((item, i) => isKept(item, value[i]))
  }
  return Object.entries(body).every(([key, field]) => !kept.has(key) || isKept(field, kept.get(key)))
}

function typesOf(detail: unknown): string[] {
  return Array.isArray(detail) ? detail.map(({ type }) => type) : ['unreadable']
}
