import { describe, expect, it } from 'vitest'
import { checkSource } from '../../src/manifest/check-source.js'
import { checkManifest } from '../../src/manifest/index.js'

/** Diagnostics as `line:column code`, and how many are suppressed. */
function found(text: string, file = 'm.yaml') {
  const { diagnostics, suppressedCount } = checkManifest(text, { file })
  return [...diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`), suppressedCount]
}

const T = 'trust_remote_code: true'

describe('a comment silences', () => {
  it.each([
    ['a rule on its line', `name: ab\n${T} # model-entity-disable-line trust-remote-code -- reviewed\n`, [1]],
    [
      'a rule on the next line',
      `name: ab\n# model-entity-disable-next-line trust-remote-code -- reviewed\n${T}\n`,
      [1],
    ],
    [
      'a rule behind other comments and blank lines',
      `name: ab\n# model-entity-disable-next-line trust-remote-code -- a\n# why\n\n${T}\n`,
      [1],
    ],
    ['a rule from here on', `# model-entity-disable trust-remote-code -- a\nname: ab\n${T}\n`, [1]],
    [
      'a rule up to its end',
      `name: ab\n# model-entity-disable trust-remote-code -- a\n${T}\n# model-entity-enable trust-remote-code\nfoo: 1\n`,
      ['5:1 unknown-field', 1],
    ],
    [
      'no other rule from here on',
      `# model-entity-disable trust-remote-code -- a\nname: ab\nfoo: 1\n${T}\n`,
      ['3:1 unknown-field', 1],
    ],
    [
      'no other rule, within another region of it',
      `# model-entity-disable unknown-field -- a\nfoo: 1\n# model-entity-disable trust-remote-code -- b\nbar: 1\n${T}\nname: ab\n`,
      [3],
    ],
    [
      'nothing behind its end',
      `name: ab\n# model-entity-disable trust-remote-code -- a\n# model-entity-enable\n${T}\n`,
      ['2:1 unused-suppression', '4:20 trust-remote-code', 0],
    ],
    [
      'nothing in the next document',
      `name: ab\n# model-entity-disable trust-remote-code -- a\n${T}\n---\nname: cd\n${T}\n`,
      ['6:20 trust-remote-code', 1],
    ],
    [
      'the document that follows, before its ---',
      `# model-entity-disable trust-remote-code -- a\n---\nname: ab\n${T}\n`,
      [1],
    ],
    [
      'several rules',
      `name: ab\n${T} # model-entity-disable-line unknown-field, trust-remote-code -- a\n`,
      ['2:25 unused-suppression', 1],
    ],
    [
      'several rules that are all there',
      `name: ab\n# model-entity-disable-next-line unknown-field,trust-remote-code -- a\n{}\n`.replace(
        '{}',
        `prompt: {foo: 1}`,
      ),
      ['2:1 unused-suppression', 1],
    ],
    [
      'a rule between brackets',
      `{ name: ab, # a\n  trust_remote_code: true, # model-entity-disable-line trust-remote-code -- a\n  foo: 1 }\n`,
      ['3:3 unknown-field', 1],
    ],
    [
      'a rule in lines that end with CRLF',
      `name: ab\r\n${T} # model-entity-disable-line trust-remote-code -- a\r\nfoo: 1\r\n`,
      ['3:1 unknown-field', 1],
    ],
    ['a rule behind a byte order mark', `\ufeff# model-entity-disable trust-remote-code -- a\nname: ab\n${T}\n`, [1]],
  ])('%s', (_, text, expected) => expect(found(text)).toStrictEqual(expected))
})

describe('a comment is reported', () => {
  it.each([
    [
      'without a reason',
      `name: ab\n${T} # model-entity-disable-line trust-remote-code\n`,
      ['2:25 suppression-without-reason', 1],
    ],
    [
      'with an empty reason',
      `name: ab\n${T} # model-entity-disable-line trust-remote-code --\n`,
      ['2:25 suppression-without-reason', 1],
    ],
    ['without effect', 'name: ab # model-entity-disable-line trust-remote-code -- a\n', ['1:10 unused-suppression', 0]],
    ['without a rule', 'name: ab # model-entity-disable-line -- a\n', ['1:10 unused-suppression', 0]],
    [
      'with an unknown rule',
      'name: ab # model-entity-disable-line trust-remote-cod -- a\n',
      ['1:10 unused-suppression', 0],
    ],
    [
      'with an error of the service',
      'name: a b # model-entity-disable-line string_pattern_mismatch -- a\n',
      ['1:7 string_pattern_mismatch', '1:11 unused-suppression', 0],
    ],
    [
      'with a misspelt directive',
      `name: ab\n# model-entity-disable-nextline trust-remote-code -- a\n${T}\n`,
      ['2:1 unused-suppression', '3:20 trust-remote-code', 0],
    ],
    ['with an end of nothing', 'name: ab\n# model-entity-enable trust-remote-code\n', ['2:1 unused-suppression', 0]],
  ])('%s', (_, text, expected) => expect(found(text)).toStrictEqual(expected))

  it('with a suggestion', () => {
    const help = (text: string) =>
      checkManifest(text).diagnostics.find(({ code }) => code === 'unused-suppression')?.help
    expect(help('name: ab # model-entity-disable-line trust-remote-cod -- a\n')).toBe(
      'did you mean "trust-remote-code"?',
    )
    expect(help('name: ab # model-entity-disable-nextline x -- a\n')).toBe('write model-entity-disable-next-line')
    expect(help('name: a b # model-entity-disable-line string_pattern_mismatch -- a\n')).toBe(
      'correct the file: the service refuses it',
    )
  })
})

describe('what is no comment silences nothing', () => {
  it.each([
    ['text in quotes', `name: ab\ndescription: "x # model-entity-disable-line trust-remote-code -- a"\n${T}\n`],
    ['text in a block', `name: ab\ndescription: |\n  # model-entity-disable trust-remote-code -- a\n${T}\n`],
    ['a hash without a blank', `name: ab\ndescription: x#model-entity-disable trust-remote-code\n${T}\n`],
    ['prose', `# model-entity-check looks at this file\nname: ab\n${T}\n`],
  ])('%s', (_, text) => {
    const lines = text.trimEnd().split('\n').length
    expect(found(text)).toStrictEqual([`${lines}:20 trust-remote-code`, 0])
  })

  it('JSON, which has no comments', () => {
    expect(
      found(
        '{"name": "ab", "trust_remote_code": true, "description": "# model-entity-disable-line trust-remote-code"}',
        'm.json',
      ),
    ).toStrictEqual(['1:37 trust-remote-code', 0])
  })

  it('and says nothing of a comment in a document with errors, whose rules have not run', () => {
    expect(found(`name: 5\n${T} # model-entity-disable-line trust-remote-code -- a\n`)).toStrictEqual([
      '1:7 string_type',
      0,
    ])
  })

  it('and says nothing of a rule across files that has not run', () => {
    const text = 'name: ab\nbase_model: cd # model-entity-disable-line dangling-base-model -- a\n'
    expect(found(text)).toStrictEqual([0])
    const codes = (acrossRules: ReadonlySet<string>) =>
      checkSource(text, { acrossRules }).check.diagnostics.map(({ code }) => code)
    expect(codes(new Set(['duplicate-entity']))).toStrictEqual([])
    expect(codes(new Set(['dangling-base-model']))).toStrictEqual(['unused-suppression'])
  })
})

it('a silenced diagnostic keeps its place and its reason', () => {
  const { suppressed } = checkManifest(`name: ab\n${T} # model-entity-disable-line trust-remote-code -- by security\n`)
  expect(suppressed).toMatchObject([
    { kind: 'inSource', justification: 'by security', diagnostic: { line: 2, column: 20, code: 'trust-remote-code' } },
  ])
  const [withoutReason] = checkManifest(`name: ab\n${T} # model-entity-disable-line trust-remote-code\n`).suppressed
  expect(Object.keys(withoutReason ?? {})).toStrictEqual(['diagnostic', 'excerpt', 'kind'])
})

it.each([
  ['a block text at the start of its line', '--- |\n# model-entity-disable unknown-field\n'],
  ['a text in quotes', '"# model-entity-disable unknown-field"\n'],
])('%s is no comment', (_, text) => {
  expect(checkManifest(text).diagnostics.map(({ code }) => code)).toStrictEqual(['model_attributes_type'])
})
