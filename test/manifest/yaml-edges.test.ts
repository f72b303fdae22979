import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkManifest } from '../../src/manifest/index.js'

function told(text: string): string[] {
  return checkManifest(text, { model: 'Lora' }).diagnostics.map(
    ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
  )
}

const fixture = (name: string) => readFileSync(new URL(`../fixtures/manifests/${name}`, import.meta.url), 'utf8')

describe('YAML: a merge key', () => {
  it.each(['!!merge <<', '? !!merge <<\n', '!!merge "<<"', '!<tag:yaml.org,2002:merge> <<', '<<'])('is %j', (key) => {
    expect(told(`${key}: {rank: 8}\n`)).toStrictEqual([])
  })

  it.each(['!!str <<', '"<<"'])('is not %j', (key) => {
    expect(told(`rank: 8\n${key}: {rank: 8}\n`)).toStrictEqual([expect.stringContaining('2:')])
  })

  it.each(['a: !!merge x\n', 'a: !!merge <<\n', '!!merge x: 1\n', '- !!merge y\n'])(
    'has a tag of its own: %j',
    (text) => {
      expect(told(text)).toStrictEqual([expect.stringContaining('yaml_syntax The tag !!merge is only for the key <<')])
    },
  )

  it('is what go-yaml writes', () => {
    expect(told(fixture('y1-merge-tag.yaml'))).toStrictEqual([expect.stringContaining('1:1 unknown-field "x"')])
  })
})

describe('YAML: a byte order mark', () => {
  it.each([
    'rank: 8\n\ufeff---\nrank: 9\n',
    'rank: 8\n...\n\ufeff---\nrank: 9\n',
    'rank: 8\n...\n\ufeffrank: 9\n',
    'rank: 8\n\ufeff# note\n\ufeff\n\n\ufeff---\nrank: 9\n',
    '\ufeffrank: 8\n\ufeff--- {rank: 9}\n',
  ])('stands before a document: %j', (text) => {
    expect(checkManifest(text, { model: 'Lora' })).toMatchObject({ documents: 2, diagnostics: [] })
    expect(checkManifest(fixture('y2-bom-second-document.yaml'), { model: 'Lora' }).diagnostics).toStrictEqual([])
  })

  it('does not move what stands behind it', () => {
    expect(told('rank: 8\n\ufeff---\nrank: x\n\ufeff---\nrank: [y]\n')).toStrictEqual([
      expect.stringContaining('3:7 int_parsing'),
      expect.stringContaining('5:7 int_type'),
    ])
  })

  it('changes nothing of what is told, wherever documents begin', () => {
    const piece = fc.constantFrom('rank: x\n', 'rank: 8\n', '# note\n', '\n', 'a: |\n  b\n', '- "c\n  d"\n')
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 3 }), { minLength: 1, maxLength: 4 }), (documents) => {
        const plain = documents.map((pieces) => `---\n${pieces.join('')}`)
        expect(told(plain.join('\ufeff'))).toStrictEqual(told(plain.join('')).map((one) => one))
      }),
    )
  })
})

describe('YAML: a core tag', () => {
  it.each([
    ['rank: !!int eight\n', '1:13 yaml_syntax The tag !!int requires an integer, found the text "eight"'],
    ['rank: !!int &x eight\n', '1:16 yaml_syntax The tag !!int requires an integer, found the text "eight"'],
    ['a: !!int 1.5\n', '1:10 yaml_syntax The tag !!int requires an integer, found the text "1.5"'],
    ['a: !!int 1_000\n', '1:10 yaml_syntax The tag !!int requires an integer, found the text "1_000"'],
    ['a: !!float x\n', '1:12 yaml_syntax The tag !!float requires a number, found the text "x"'],
    ['a: !!bool maybe\n', '1:11 yaml_syntax The tag !!bool requires true or false, found the text "maybe"'],
    ['a: !!null x\n', '1:11 yaml_syntax The tag !!null requires null, found the text "x"'],
    ['a: !!str [a]\n', '1:10 yaml_syntax The tag !!str requires a string, found a sequence'],
    ['a: !!seq\n  b: 1\n', '2:3 yaml_syntax The tag !!seq requires a sequence, found a mapping'],
    ['a: !!map [a]\n', '1:10 yaml_syntax The tag !!map requires a mapping, found a sequence'],
    ['a: !!map x\n', '1:10 yaml_syntax The tag !!map requires a mapping, found the text "x"'],
    ['a: !!int\n', '1:4 yaml_syntax The tag !!int requires an integer, found nothing'],
    ['- !!int x\n- !!int y\n', '1:9 yaml_syntax The tag !!int requires an integer, found the text "x"'],
    ['a: !!timestamp 2020-01-01\n', '1:4 yaml_syntax Unresolved tag: tag:yaml.org,2002:timestamp'],
  ])('says of %j what is not as it says', (text, expected) => {
    expect(told(text)).toStrictEqual([expected])
    expect(told(fixture('y3-core-tag.yaml'))).toHaveLength(1)
  })

  it.each(['!!int "8"', '!!int 0x8', '!!int 0o10', '!!int +8', '!<tag:yaml.org,2002:int> 8'])(
    'takes rank: %s',
    (rank) => {
      expect(told(`rank: ${rank}\n`)).toStrictEqual([])
    },
  )
})

describe('YAML: a directive', () => {
  it.each([
    ['%YAML 1.2\n%YAML 1.2\n---\nrank: 1\n', '2:1 yaml_syntax The directive %YAML is given twice for one document'],
    ['%YAML 1.2\n# c\n%YAML 1.1\n---\n{}\n', '3:1 yaml_syntax The directive %YAML is given twice for one document'],
    ['%TAG ! x:\n%TAG ! y:\n---\nrank: 1\n', '2:1 yaml_syntax The directive %TAG ! is given twice for one document'],
    [
      'rank: 1\n...\n%YAML 1.2\n%YAML 1.2\n---\nrank: 1\n',
      '4:1 yaml_syntax The directive %YAML is given twice for one document',
    ],
  ])('stands once: %j', (text, expected) => {
    expect(told(text)).toStrictEqual([expected])
  })

  it('stands once in each document', () => {
    expect(told('%YAML 1.2\n%TAG !a! x:\n%TAG !b! x:\n---\nrank: 1\n...\n%YAML 1.2\n---\nrank: 2\n')).toStrictEqual([])
  })
})
