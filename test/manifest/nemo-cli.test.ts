import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { checkSource } from '../../src/manifest/check-source.js'

/** Errors as `line:column code loc`. */
function errors(text: string, file = 'm.yaml'): string[] {
  const { check } = checkSource(text, { file, target: 'nemo-cli' })
  return check.diagnostics
    .filter(({ severity, code }) => severity === 'error' || code === 'yaml-1.1-type')
    .map(({ line, column, code, loc }) => `${line}:${column} ${code} ${loc.join('.')}`.trim())
}

/** Generated manifests, and whether the command could read and send them: test/oracle/yaml/nemo_load.py. */
const RECORDED: readonly (readonly [extension: string, text: string, isTaken: boolean])[] = gunzipSync(
  readFileSync(new URL('../fixtures/nemo-cli-manifests.jsonl.gz', import.meta.url)),
)
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

describe('a check for the platform’s own command', () => {
  it(`passes nothing that the command cannot read or send, of ${RECORDED.length} manifests`, () => {
    const passed = RECORDED.filter(([extension, text]) => errors(text, `m.${extension}`).length === 0)
    expect(passed.filter(([, , isTaken]) => !isTaken)).toEqual([])
    expect(passed.length).toBeGreaterThan(300)
  })

  it.each([
    ['a list', '- name: ab\n', ['1:1 not-for-nemo-cli']],
    ['a further document', 'name: ab\n---\nname: cd\n', ['3:1 not-for-nemo-cli']],
    ['a further document without anything', 'name: ab\n---\n', ['3:1 not-for-nemo-cli']],
    ['an empty file', '# nothing\n', ['1:1 not-for-nemo-cli']],
    [
      'a field that is not of the request',
      'name: ab\nid: x\ndescripton: y\n',
      ['2:1 not-for-nemo-cli id', '3:1 not-for-nemo-cli descripton'],
    ],
    [
      'a date',
      'name: ab\ncustom_fields: {at: 2024-01-15}\n',
      ['2:21 not-for-nemo-cli custom_fields.at', '2:21 yaml-1.1-type custom_fields.at'],
    ],
    ['a tab between values', 'name: ab\ndescription:\tx\n', ['2:13 not-for-nemo-cli']],
    ['a tab in a plain value', 'name: ab\ndescription: a\tb\n', ['2:15 not-for-nemo-cli']],
    ['a surrogate pair as escapes', 'name: ab\ndescription: "x\\ud83d\\ude00"\n', ['2:16 not-for-nemo-cli']],
    ['an anchor with a dot', 'name: ab\nproject: &a.b p\n', ['2:10 not-for-nemo-cli']],
    ['an anchor that is defined twice', 'name: &a ab\nproject: &a p\n', ['2:10 not-for-nemo-cli']],
    ['a number that is not finite', 'name: ab\ncustom_fields: {a: .inf}\n', ['2:20 not-for-nemo-cli custom_fields.a']],
    ['a control character', 'name: ab\ndescription: a\u007fb\n', ['2:15 not-for-nemo-cli']],
    [
      'a key that JSON spells otherwise',
      'name: ab\ncustom_fields: {1.50: x}\n',
      ['2:17 yaml-1.1-type custom_fields.1.50'],
    ],
    ['nothing of a request', 'name: ab\nworkspace: w\ndescription: "no"\n', []],
    ['nothing of tabs in quotes, comments and blocks', 'name: ab #\tx\ndescription: |\n  a\tb\nproject: p\n', []],
  ])('finds %s', (_, text, expected) => expect(errors(text)).toEqual(expected))

  it.each([
    ['a tab as indentation', '{\n\t"name": "ab"\n}', ['2:1 not-for-nemo-cli']],
    ['a surrogate pair as escapes', '{"name": "ab", "description": "\\ud83d\\ude00"}', ['1:32 not-for-nemo-cli']],
    [
      'a number that PyYAML reads as text',
      '{"name": "ab", "custom_fields": {"a": 1e5}}',
      ['1:39 yaml-1.1-type custom_fields.a'],
    ],
    ['a key and its colon on two lines', '{"name"\n: "ab"}', ['2:1 not-for-nemo-cli']],
    ['nothing of ordinary JSON', '{\n  "name": "ab",\n  "custom_fields": {"a": [1, 1.5, null, true, "é\\/"]}\n}\n', []],
  ])('finds in JSON %s', (_, text, expected) => expect(errors(text, 'm.json')).toEqual(expected))

  it('warns of a project that the platform cannot have', () => {
    const found = (project: string, target?: 'nemo-cli') => {
      const { check } = checkSource(`name: ab\nproject: ${project}\n`, { file: 'm.yaml', ...(target && { target }) })
      return check.diagnostics.map(({ line, column, severity, code, loc }) => [line, column, severity, code, loc])
    }
    expect(found('nlp/assistants', 'nemo-cli')).toEqual([[2, 10, 'warning', 'invalid-reference', ['project']]])
    expect(found('Nlp', 'nemo-cli')).toEqual([[2, 10, 'warning', 'invalid-reference', ['project']]])
    expect(found('nlp-assistants', 'nemo-cli')).toEqual([])
    expect(found('nlp/assistants')).toEqual([])
  })

  it('finds a second line of JSON Lines', () => {
    expect(errors('{"name": "ab"}\n{"name": "cd"}\n', 'm.jsonl')).toEqual(['2:1 not-for-nemo-cli'])
    expect(errors('{"name": "ab"}\n', 'm.jsonl')).toEqual([])
  })
})
