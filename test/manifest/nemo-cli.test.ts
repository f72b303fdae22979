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

/** What the command refuses, as `line:column-endLine:endColumn loc: message | help`. */
function refusals(text: string, file = 'm.yaml'): string[] {
  return checkSource(text, { file, target: 'nemo-cli' })
    .check.diagnostics.filter(({ code }) => code === 'not-for-nemo-cli')
    .map(({ line, column, endLine, endColumn, loc, message, help }) => {
      return `${line}:${column}-${endLine}:${endColumn} ${loc.join('.')}: ${message} | ${help}`
    })
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
  it('says nothing of a file that it skips', () => {
    const check = (text: string) => checkSource(text, { target: 'nemo-cli', skipsOthers: true }).check.diagnostics
    expect(check('foo: a\tb\n')).toStrictEqual([])
    expect(check('name: a\tb\n')).not.toStrictEqual([])
  })

  it(`passes nothing that the command cannot read or send, of ${RECORDED.length} manifests`, () => {
    const passed = RECORDED.filter(([extension, text]) => errors(text, `m.${extension}`).length === 0)
    expect(passed.filter(([, , isTaken]) => !isTaken)).toStrictEqual([])
    expect(passed.length).toBeGreaterThan(300)
  })

  it.each([
    ['[a,\t b]', 19],
    ['[a, \t b]', 20],
    ['[a,  \t]', 21],
  ])('marks a tab between values, also behind blanks: %j', (list, column) => {
    expect(refusals(`name: ab\ncustom_fields: ${list}\n`)).toStrictEqual([
      `2:${column}-2:${column + 1} : The command cannot read a tab between values | write spaces`,
    ])
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
  ])('finds %s', (_, text, expected) => expect(errors(text)).toStrictEqual(expected))

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
  ])('finds in JSON %s', (_, text, expected) => expect(errors(text, 'm.json')).toStrictEqual(expected))

  it('warns of a project that the platform cannot have', () => {
    const found = (project: string, target?: 'nemo-cli') => {
      const { check } = checkSource(`name: ab\nproject: ${project}\n`, { file: 'm.yaml', ...(target && { target }) })
      return check.diagnostics.map(({ line, column, severity, code, loc }) => [line, column, severity, code, loc])
    }
    expect(found('nlp/assistants', 'nemo-cli')).toStrictEqual([[2, 10, 'warning', 'invalid-reference', ['project']]])
    expect(found('Nlp', 'nemo-cli')).toStrictEqual([[2, 10, 'warning', 'invalid-reference', ['project']]])
    expect(found('nlp-assistants', 'nemo-cli')).toStrictEqual([])
    expect(found('nlp/assistants')).toStrictEqual([])
  })

  it('finds a second line of JSON Lines', () => {
    expect(errors('{"name": "ab"}\n{"name": "cd"}\n', 'm.jsonl')).toStrictEqual(['2:1 not-for-nemo-cli'])
    expect(errors('{"name": "ab"}\n', 'm.jsonl')).toStrictEqual([])
  })
})

describe('why the command refuses a file, and what to do', () => {
  const CANNOT_SEND = 'The command cannot send a number that is not finite | write a finite number, or null'

  // PyYAML 6.0.4 fails on each of these, or Python's JSON encoder does.
  it.each([
    ['- name: ab\n', ['1:1-1:2 : The command takes one mapping only | write one file for each model']],
    ['text\n', ['1:1-1:2 : The command takes one mapping only | write one file for each model']],
    ['name: ab\n---\nname: cd\n', ['3:1-3:2 : The command reads one document only | write one file for each']],
    ['name: ab\n---\n', ['3:1-3:1 : The command reads one document only | remove the "---" at the end']],
    ['# nothing\n', ['1:1-1:1 : The command does not take an empty file | write the fields of a model']],
    [
      'name: ab\ndescripton: y\nzzzzzzz: 1\nworkspace: w\nexist_ok: true\n',
      [
        '2:1-2:11 descripton: The command refuses the field "descripton": a request does not have it | did you mean "description"?',
        '3:1-3:8 zzzzzzz: The command refuses the field "zzzzzzz": a request does not have it | remove it',
      ],
    ],
    [
      'name: ab\ncustom_fields: {at: 2024-01-15, in: 2024-01-15 09:30:00}\n',
      [
        '2:21-2:31 custom_fields.at: The command cannot send a date, which YAML 1.1 reads here | quote it',
        '2:37-2:56 custom_fields.in: The command cannot send a datetime, which YAML 1.1 reads here | quote it',
      ],
    ],
    [
      'name: ab\ncustom_fields: {2024-01-15: x}\n',
      ['2:17-2:27 custom_fields.2024-01-15: The command cannot send this key: YAML 1.1 reads a date | quote it'],
    ],
    [
      'name: ab\ncustom_fields: {at: 2024-02-30, b: =}\n',
      [
        '2:21-2:31 custom_fields.at: The command cannot read this value: there is no such date | quote it',
        '2:36-2:37 custom_fields.b: The command cannot read this value: it is a default key of YAML 1.1 | quote it',
      ],
    ],
    [
      'name: ab\ncustom_fields: {a: .inf, b: -.inf, c: .nan, d: [1.5, .inf]}\n',
      [
        `2:20-2:24 custom_fields.a: ${CANNOT_SEND}`,
        `2:29-2:34 custom_fields.b: ${CANNOT_SEND}`,
        `2:39-2:43 custom_fields.c: ${CANNOT_SEND}`,
        `2:54-2:58 custom_fields.d.1: ${CANNOT_SEND}`,
      ],
    ],
    ['name: ab\ndescription:\tx\n', ['2:13-2:14 : The command cannot read a tab between values | write spaces']],
    ['name: ab\ndescription: a\tb\n', ['2:15-2:16 : The command cannot read a tab in a plain value | quote the value']],
    [
      'name: ab\ncustom_fields: {a: :x, b: ?x, c: x:y}\n',
      [
        '2:20-2:21 : The command cannot read a plain value that begins with :, between brackets | quote the value',
        '2:27-2:28 : The command cannot read a plain value that begins with ?, between brackets | quote the value',
      ],
    ],
    [
      'name: ab\nmodel_providers: [:x, y]\nbase_model: :z\n',
      ['2:19-2:20 : The command cannot read a plain value that begins with :, between brackets | quote the value'],
    ],
    [
      'name: ab\ncustom_fields: {a\n : 1}\n',
      ['3:2-3:3 : The command cannot read a key that is not on the line of its colon | join the lines'],
    ],
    [
      'name: ab\ncustom_fields: {"a"\n : 1}\n',
      ['3:2-3:3 : The command cannot read a key that is not on the line of its colon | join the lines'],
    ],
    [
      'name: ab\ncustom_fields: {? a\n : 1, b\n : 2}\n',
      ['4:2-4:3 : The command cannot read a key that is not on the line of its colon | join the lines'],
    ],
    [
      `name: ab\ncustom_fields: {${'k'.repeat(1025)}: 1}\n`,
      ['2:17-2:18 : The command cannot read a key of more than 1,024 characters | shorten it'],
    ],
    [
      'name: &a.b ab\nproject: *a.b\n',
      [
        '1:7-1:11 : The command cannot read this name of an anchor | use only letters, digits, - and _',
        '2:10-2:14 : The command cannot read this name of an anchor | use only letters, digits, - and _',
      ],
    ],
    [
      'name: &a ab\nproject: &a p\n',
      ['2:10-2:12 : The command cannot read an anchor that is defined twice | rename it'],
    ],
    [
      'name: ab\ndescription: "x\\ud83d\\ude00 \\ud83d\\ude00"\n',
      ['2:16-2:22 : The command cannot read a surrogate written as an escape | write the character itself'],
    ],
    ['%YAML 2.0\n---\nname: ab\n', ['1:1-1:10 : The command cannot read this directive | remove it']],
    ['%Fé x\n---\nname: ab\n', ['1:1-1:6 : The command cannot read this directive | remove it']],
    ...['007F', '0085', '009F', '2028', '2029', 'FFFE', '000D'].map((code): [string, string[]] => [
      `name: ab\ndescription: a${String.fromCharCode(Number.parseInt(code, 16))}b\n`,
      [`2:15-2:16 : The command refuses or changes the character U+${code} | write it as an escape in double quotes`],
    ]),
    [
      `name: ab\ncustom_fields:\n  a: ${'['.repeat(199)}1${']'.repeat(199)}\n`,
      [`3:204-3:207 : The command may not read more than 200 levels | model entities are never nested this deeply`],
    ],
  ])('%j', (text, expected) => expect(refusals(text)).toStrictEqual(expected))

  // PyYAML reads each of these.
  it.each([
    'name: ab\ndescription: |\n  a\tb\n',
    'name: ab\ndescription: >\n  a\tb\n',
    'name: ab\ncustom_fields: {a: x%, c: x:y}\n',
    'name: ab\ncustom_fields:\n  a: :x\n',
    'name: ab\ncustom_fields: {? a\n : 1}\n',
    `name: ab\ncustom_fields: {${'k'.repeat(1024)}: 1}\n`,
    'name: ab\nproject: &a_b-1 p\n',
    'name: ab\ndescription: "x\\\\ud83d \\uD7FF\\u0041"\n',
    "name: ab\ndescription: 'x\\ud83d'\n",
    '%FOO-bar x\n---\nname: ab\n',
    '%YAML 1.2 \n---\nname: ab\n',
    '%TAG ! tag:x,2000:\n---\nname: ab\n',
    '%TAG  !ex!  tag:x,2000:\n---\nname: ab\n',
    '%FOO-bar several words\n---\nname: ab\n',
    '%TAG  !  tag:x,2000:\n---\nname: ab\n',
    'name: ab\r\ndescription: b\r\n',
    'name: ab\ndescription: a~b\u00a0c\n',
    `name: ab\ncustom_fields:\n  a: ${'['.repeat(198)}1${']'.repeat(198)}\n`,
  ])('nothing in %j', (text) => expect(refusals(text)).toStrictEqual([]))

  it('says nothing of a file that is not YAML at all', () => {
    expect(refusals('name:\tab\nx: [\n')).toStrictEqual([])
    expect(refusals('{"name":\t"ab"', 'm.json')).toStrictEqual([])
    expect(refusals('{"name":\t"ab"}', 'm.json')).toStrictEqual([
      '1:9-1:10 : The command cannot read a tab between values | write spaces',
    ])
  })

  it('tells what an alias repeats once, and at most 1,000 reasons', () => {
    expect(refusals('name: ab\ncustom_fields: {a: &x {b: .inf}, c: *x}\n')).toHaveLength(1)
    const many = `name: ab\ncustom_fields:\n${Array.from({ length: 1001 }, (_, index) => `  k${index}: .inf\n`).join('')}`
    expect(refusals(many)).toHaveLength(1000)
  })
})
