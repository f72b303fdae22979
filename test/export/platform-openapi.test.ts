import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openapi } from '../../src/export/index.js'
import { differences } from './differences.js'

const PLATFORM = JSON.parse(readFileSync(new URL('../fixtures/platform-openapi.json', import.meta.url), 'utf8'))
const PAGE = readFileSync(new URL('../../docs/parity.md', import.meta.url), 'utf8')

it('our OpenAPI document differs from that of the platform where docs/parity.md says so, and nowhere else', () => {
  const { paths, components } = openapi()
  const found = differences(
    plain({ paths, components }),
    plain({ paths: PLATFORM.paths, components: PLATFORM.components }),
  )
  const places = new Set(found.map((line) => placeOf(line.slice(0, line.search(/: (?:missing|["[{\d]|true|false)/)))))
  const explained = [...PAGE.matchAll(/^\| `(\/[^`]+)` \|/gm)].map(([, place = '']) => place)
  expect(explained.sort()).toEqual([...places].sort())
})

/** Short enough for a table: without the beginning that all places of a kind share. */
function placeOf(place: string): string {
  return place.replace('/components/schemas', '').replace('/paths//apis/models/v2/workspaces/{workspace}/models', '')
}

/**
 * A document without what pydantic and we write in two ways: the titles and examples of fields, null as an alternative or a type, a value of
 * any kind as `true` or as a schema with a description.
 */
function plain(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item))
  if (typeof value !== 'object' || value === null) return value
  const isNamed = key === 'properties' || key === 'schemas'
  const entries = Object.entries(value)
    .filter(([name]) => isNamed || !['title', 'examples', 'nullable'].includes(name))
    .map(([name, inner]) => [name, plain(inner, isNamed ? '' : name)])
  return isNamed ? Object.fromEntries(entries) : merged(Object.fromEntries(entries))
}

function merged(schema: Readonly<Record<string, unknown>>): unknown {
  const { anyOf, ...rest } = schema
  if (Object.keys(schema).join() === 'description' && rest['description'] === 'Any type') return true
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || Object(anyOf[1]).type !== 'null') return schema
  const { type, ...only } = Object(anyOf[0])
  return type === undefined || only.enum !== undefined ? schema : { ...rest, ...only, type: [type, 'null'] }
}
