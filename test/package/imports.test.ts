import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Which rooms of `src` each room may import; `types` for types alone. */
const MAY_IMPORT: Readonly<Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }>> =
  {
    options: { values: [] },
    schemas: { values: [] },
    json: { values: ['options'] },
    display: { values: [] },
    references: { values: ['schemas'] },
    validation: { values: ['options', 'schemas', 'references', 'json'] },
    lint: { values: ['options', 'display', 'schemas', 'references', 'json', 'validation'] },
    manifest: { values: ['options', 'display', 'schemas', 'references', 'json', 'validation', 'lint'] },
    policy: { values: ['options', 'schemas', 'references', 'validation', 'lint', 'manifest', 'export'] },
    'language-server': {
      values: [
        ...['options', 'display', 'schemas', 'references', 'validation', 'lint', 'manifest', 'policy'],
        ...['architecture', 'estimate'],
      ],
    },
    export: { values: ['options', 'schemas'] },
    adapters: { values: ['options', 'display', 'schemas', 'json', 'validation', 'export'] },
    architecture: { values: ['options'], types: ['schemas'] },
    checkpoint: { values: ['options', 'architecture', 'json', 'schemas', 'references', 'validation', 'lint'] },
    estimate: { values: ['options', 'architecture', 'checkpoint'], types: ['schemas'] },
    'openapi-types': { values: [] },
    client: { values: ['options', 'display', 'schemas', 'json', 'validation'] },
  }

/** What stands on top, and may import every room. */
const ON_TOP = new Set(['cli', 'index.ts'])

const src = join(import.meta.dirname, '../../src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))

it('every room imports only the rooms below it', () => {
  const upward = files.flatMap((file) => importsOf(file).filter((each) => !isAllowed(each)))
  expect(upward).toEqual([])
})

it('every room is in the table, or on top', () => {
  const rooms = new Set(files.map(roomOf))
  expect([...rooms].filter((room) => !ON_TOP.has(room) && MAY_IMPORT[room] === undefined)).toEqual([])
  expect(files.flatMap(importsOf).length).toBeGreaterThan(100)
})

it('nothing in src steps around the type checker or the linter', () => {
  const around = /\bas unknown as\b|@ts-(?:ignore|expect-error|nocheck)|biome-ignore|\bas any\b/
  expect(files.filter((file) => around.test(textOf(file)))).toEqual([])
})

interface Import {
  readonly from: string
  readonly to: string
  readonly isType: boolean
}

function isAllowed({ from, to, isType }: Import): boolean {
  const room = roomOf(from)
  const target = roomOf(to)
  if (room === target || ON_TOP.has(room)) return true
  const { values, types = [] } = MAY_IMPORT[room] ?? { values: [] }
  return values.includes(target) || (isType && types.includes(target))
}

/** The relative imports of a file, with paths from `src`. */
function importsOf(file: string): Import[] {
  const statements = textOf(file).matchAll(/^(?:import|export)\b( type\b)?[^'"]*?\bfrom '(\.[^']+)'/gm)
  return [...statements].map(([, type, path = '']) => ({
    from: file,
    to: join(file, '..', path).replaceAll('\\', '/'),
    isType: type !== undefined,
  }))
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? ''
}

function textOf(file: string): string {
  return readFileSync(join(src, file), 'utf8')
}
