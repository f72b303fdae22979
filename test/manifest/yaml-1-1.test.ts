import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { checkManifest } from '../../src/manifest/index.js'
import { readScalar11, type Scalar11 } from '../../src/manifest/yaml-1-1/read-scalar.js'

type Recorded = readonly [text: string, kind: Scalar11['kind'], value: string | boolean | null]

/** What PyYAML 6.0.4 makes of plain scalars, recorded by test/oracle/yaml/scalars.py. */
const RECORDED: readonly Recorded[] = gunzipSync(
  readFileSync(new URL('../fixtures/yaml-1-1-scalars.jsonl.gz', import.meta.url)),
)
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

describe('a plain scalar of YAML 1.1', () => {
  it(`is read as PyYAML reads it, ${RECORDED.length} times`, () => {
    const differences = RECORDED.filter(([text, kind, value]) => {
      const ours = readScalar11(text)
      return ours.kind !== kind || shown(ours) !== shownRecord(kind, value)
    })
    expect(differences.map(([text, ...rest]) => [text, ...rest, readScalar11(text)])).toStrictEqual([])
    expect(RECORDED.length).toBeGreaterThan(5000)
  })
})

function shown(scalar: Scalar11): string {
  return 'value' in scalar ? String(scalar.value) : ''
}

function shownRecord(kind: Scalar11['kind'], value: Recorded[2]): string {
  if (kind !== 'float') return value === null ? '' : String(value)
  return String(Number(String(value).replace('inf', 'Infinity').replace('nan', 'NaN')))
}

/** Diagnostics as `line:column code loc`. */
function found(text: string, file = 'm.yaml'): string[] {
  return checkManifest(text, { file })
    .diagnostics.filter(({ code }) => code === 'yaml-1.1-type')
    .map(({ line, column, loc }) => `${line}:${column} ${loc.join('.')}`)
}

describe('yaml-1.1-type', () => {
  it.each([
    ['text that YAML 1.1 reads as a boolean', 'name: ab\ndescription: no\n', ['2:14 description']],
    ['an octal number', 'name: ab\ncustom_fields:\n  a: 010\n', ['3:6 custom_fields.a']],
    ['a sexagesimal number', 'name: ab\ndescription: 1:30\n', ['2:14 description']],
    [
      'a number that YAML 1.1 reads as text',
      'name: ab\ncustom_fields: {a: 1e3, b: 0o17}\n',
      ['2:20 custom_fields.a', '2:28 custom_fields.b'],
    ],
    ['a key that PyYAML cannot read, wherever it stands', 'name: ab\n2024-13-45: x\n', ['2:1 2024-13-45']],
    ['a date', 'name: ab\ndescription: 2024-01-15\n', ['2:14 description']],
    ['a date with a time', 'name: ab\ndescription: 2024-01-15T10:00:00\n', ['2:14 description']],
    ['a date that does not exist, which PyYAML cannot read', 'name: ab\nfoo: 2024-13-45\n', ['2:6 foo']],
    [
      'a key of free data',
      'name: ab\ncustom_fields:\n  no: 1\n  on: {off: 2}\n',
      ['3:3 custom_fields.no', '4:3 custom_fields.on', '4:8 custom_fields.on.off'],
    ],
    [
      'an item of a list',
      'name: ab\nmodel_providers: [a/b]\nownership: {teams: [on, off]}\n',
      ['3:21 ownership.teams.0', '3:25 ownership.teams.1'],
    ],
    ['a scalar behind an anchor and a tag', 'name: ab\ncustom_fields: {a: &x !!int 010}\n', ['2:29 custom_fields.a']],
    [
      'a value that an alias repeats, at each place',
      'name: &n no\ndescription: *n\n',
      ['1:10 name', '2:14 description'],
    ],
    ['nothing in quotes', 'name: ab\ndescription: "no"\nproject: \'1:30\'\n', []],
    [
      'nothing that comes out the same',
      'name: ab\ntrust_remote_code: on\nprompt: {inference_params: {temperature: 1e0}}\n',
      [],
    ],
    ['nothing in a field that the service ignores', 'name: ab\nfoo: no\n', []],
    ['nothing in a block scalar', 'name: ab\ndescription: |\n  no\n', []],
    ['nothing in a document with errors', 'name: 5\ndescription: no\n', []],
    [
      'nothing that both read alike',
      'name: ab\ndescription: y\ncustom_fields: {a: 8, b: 0x1F, c: .5, d: ~, e: True, f: 1.5e+3, g: -12}\n',
      [],
    ],
  ])('finds %s', (_, text, expected) => expect(found(text)).toStrictEqual(expected))

  it('finds no timestamp in a field for timestamps', () => {
    const entity =
      'id: x\nname: ab\nworkspace: w\nproject: p\ncreated_at: 2024-01-15T10:00:00Z\nupdated_at: 2024-01-16\n'
    expect(checkManifest(entity).counts.error).toBe(0)
    expect(found(entity)).toStrictEqual([])
  })

  it('finds nothing in JSON, and says what to write', () => {
    expect(found('{"name": "ab", "custom_fields": {"a": 1e3}}', 'm.json')).toStrictEqual([])
    const help = (text: string) => checkManifest(text).diagnostics.at(-1)?.help
    expect(help('name: ab\ndescription: no\n')).toBe('quote it: "no"')
    expect(help('name: ab\ncustom_fields: {a: 010}\n')).toBe('write 10')
    expect(help('name: ab\ncustom_fields: {a: 1e30}\n')).toBe('write 1.0e+30')
  })
})
