import { describe, expect, it } from 'vitest'
import { checkManifest } from '../../src/manifest/index.js'

const told = (text: string, file = 'm.yaml') =>
  checkManifest(text, { file }).diagnostics.map(({ code, line, column, fix, related }) => ({
    at: `${line}:${column} ${code}`,
    ...(fix && { fix: fix.edits.map((edit) => `${edit.line}:${edit.column}-${edit.endColumn} ${edit.text}`) }),
    ...(related && { related: related.map((each) => `${each.line}:${each.column} ${each.message}`) }),
  }))

describe('a diagnostic can be fixed', () => {
  it.each([
    ['a misspelt key', 'name: ab\nfileste: x\n', ['2:1-8 fileset']],
    ['a quoted key', "name: ab\n'fileste': x\n", ["2:1-10 'fileset'"]],
    ['a key of transformers', 'name: ab\nspec: {n_layer: 2}\n', ['2:8-15 num_layers']],
    ['a coerced text', 'name: ab\ntrust_remote_code: "no" # c\n', ['2:20-24 false']],
    ['a reference with blanks around it', 'name: ab\nfileset: " team/x "\n', ['2:10-20 "team/x"']],
    ['a reference with escapes', 'name: ab\nfileset: " te\\x61m/x"\n', undefined],
    ['a key with a name of another kind', 'name: ab\nx-y: 1\n', undefined],
    ['a key whose right name is given', 'name: ab\nfileset: x\nfileste: y\n', undefined],
    ['a value with a tag', 'name: ab\ntrust_remote_code: !!str no\n', undefined],
    ['a block scalar', 'name: ab\ntrust_remote_code: |-\n  no\n', undefined],
    [
      'a value that is written once for two places',
      'name: &n ab\nproject: *n\ntrust_remote_code: &t "no"\ncustom_fields: {a: *t}\n',
      undefined,
    ],
    [
      'a key inside an anchor that is used again',
      'name: ab\nprompt: &p {system_promt: x}\ncustom_fields: *p\n',
      undefined,
    ],
  ])('%s', (_, text, fix) => {
    const fixes = told(text).flatMap((one) => ('fix' in one ? one.fix : []))
    if (fix === undefined) expect(fixes).toStrictEqual([])
    else expect(fixes).toStrictEqual(expect.arrayContaining(fix))
  })

  it('in JSON', () => {
    expect(told('{"name": "ab", "fileste": "x"}', 'm.json')).toStrictEqual([
      { at: '1:16 unknown-field', fix: ['1:16-25 "fileset"'] },
    ])
  })
})

it('a misspelt required key is one diagnostic, which shows both places', () => {
  expect(told('nam: ab\n')).toStrictEqual([{ at: '1:1 missing', fix: ['1:1-4 name'], related: ['1:1 found here'] }])
  const lora = told(
    'id: e\nname: ab\nworkspace: w\ncreated_at: 2026-01-01T00:00:00Z\nupdated_at: 2026-01-01T00:00:00Z\nadapters:\n  - {name: x, workspace: w, fileset: w/x, finetuning_type: lora, lora_config: {r: 8}}\n',
  )
  expect(lora).toStrictEqual([{ at: '7:66 missing', fix: ['7:80-81 rank'], related: ['7:80 found here'] }])
})

it('a duplicate key shows the first one', () => {
  expect(told('{"name": "a", "name": "b"}', 'm.json')).toStrictEqual([
    { at: '1:15 duplicate_key', related: ['1:2 first given here'] },
  ])
})
