import { describe, expect, it } from 'vitest'
import { entitiesOf, plainEntitiesOf } from '../../src/manifest/document-kind.js'
import { documentsIn, guessedFormat } from '../../src/manifest/documents.js'
import { formatOf } from '../../src/manifest/manifest-format.js'
import { type Excerpt, excerptOf } from '../../src/manifest/redaction/excerpt.js'
import { maskedLines } from '../../src/manifest/redaction/masked-lines.js'
import { Redaction } from '../../src/manifest/redaction/redaction.js'
import { plainValue } from '../../src/manifest/source-node.js'
import { SourceText } from '../../src/manifest/source-text.js'

/** The excerpt of the part between ⟦ and ⟧, written as `before⟦token⟧after`, with `…` where it is cut. */
function excerpt(marked: string, hasContext = false): { line: string; full: Excerpt } {
  const [before = '', token = '', after = ''] = marked.split(/[⟦⟧]/)
  const text = before + token + after
  const span = { start: before.length, end: before.length + token.length }
  const full = excerptOf(new SourceText(text), new Redaction(text), span, { hasContext, related: [] })
  const line = `${full.isCutBefore ? '…' : ''}${full.before}⟦${full.token}⟧${full.after}${full.isCutAfter ? '…' : ''}`
  return { line, full }
}

describe('the line of a diagnostic', () => {
  const a = (count: number) => 'a'.repeat(count)

  it.each([
    ['name: ⟦a b⟧ # c', 'name: ⟦a b⟧ # c'],
    ['x\nname: ⟦a b⟧\ny', 'name: ⟦a b⟧'],
    ['x\r\nname: ⟦ab⟧\r\ny', 'name: ⟦ab⟧'],
    ['name: ⟦a\nb⟧\ny', 'name: ⟦a⟧'],
    ['name:⟦⟧', 'name:⟦⟧'],
    ['name⟦⟧: ab', 'name⟦:⟧ ab'],
    [`${a(100)}⟦⟧`, `…${a(20)}⟦⟧`],
    // A line of 100 characters is shown whole; a longer one is cut behind.
    [`⟦b⟧${a(99)}`, `⟦b⟧${a(99)}`],
    [`⟦b⟧${a(100)}`, `⟦b⟧${a(99)}…`],
    // Before the token, 79 characters are shown whole; of more, the last 20.
    [`${a(79)}⟦b⟧`, `${a(79)}⟦b⟧`],
    [`${a(80)}⟦b⟧`, `…${a(20)}⟦b⟧`],
    [`${a(79)}⟦${'b'.repeat(30)}⟧`, `${a(79)}⟦${'b'.repeat(21)}⟧…`],
    [`${a(200)}⟦b⟧${'c'.repeat(200)}`, `…${a(20)}⟦b⟧${'c'.repeat(79)}…`],
    // A pair of surrogates is never split.
    [`${a(60)}🦙${a(19)}⟦b⟧`, `…🦙${a(19)}⟦b⟧`],
    [`⟦b⟧${a(98)}🦙`, `⟦b⟧${a(98)}…`],
  ])('%j', (marked, line) => expect(excerpt(marked).line).toBe(line))

  it('has the lines around it where they belong to it', () => {
    expect(excerpt('x: 1\nname: ⟦a b⟧\r\ny: 2\n', true).full).toMatchObject({ lineBefore: 'x: 1', lineAfter: 'y: 2' })
    const alone = excerpt('name: ⟦a b⟧\n', true).full
    expect([alone.lineBefore, alone.lineAfter]).toStrictEqual([undefined, undefined])
    const first = excerpt('name: ⟦a b⟧\ny', true).full
    expect([first.lineBefore, first.lineAfter]).toStrictEqual([undefined, 'y'])
    expect(excerpt('x: 1\nname: ⟦a b⟧\ny: 2\n', false).full).not.toHaveProperty('lineBefore')
    expect(excerpt(`${a(150)}\n⟦b⟧\n${a(99)}🦙`, true).full).toMatchObject({ lineBefore: a(100), lineAfter: a(99) })
  })

  it('has the lines of its related places, without lines around them', () => {
    const text = 'a: 1\nb: 2\n'
    const { related } = excerptOf(
      new SourceText(text),
      new Redaction(text),
      { start: 0, end: 1 },
      { hasContext: true, related: [{ start: 5, end: 6 }] },
    )
    expect(related).toStrictEqual([{ before: '', token: 'b', after: ': 2', isCutBefore: false, isCutAfter: false }])
    expect(excerpt('a: ⟦1⟧').full).not.toHaveProperty('related')
  })
})

describe('lines with secrets', () => {
  it.each([
    ['api_key: sk-abcdef\nname: sk-abcdef\n', ['api_key: ***\n', 'name: ***\n']],
    ['name: ab\r\napi_key: "x"\r\n', ['name: ab\r\n', 'api_key: ***\r\n']],
    ['a: x\napi_key: [one, two]\nb: one\n', ['a: x\n', 'api_key: ***\n', 'b: one\n']],
    ['api_key: sk-abcdef\nx: [sk-abcdef\n', ['api_key: ***\n', 'x: [***\n']],
    ['\napi_key: sk-abcdef\n', ['\n', 'api_key: ***\n']],
    ['api_key: sk-abcdef\nsk-abcdef: x\n', ['api_key: ***\n', '***: x\n']],
    ['url: https://user:pass@host/\n', ['url: https://***@host/\n']],
    ['api_key: abcdef\nx: [\n', ['api_key: ***\n', 'x: [\n']],
    ['name: ab', ['name: ab']],
    ['', []],
  ])('%j are masked', (text, lines) =>
    expect(maskedLines(text, documentsIn(text, { file: 'm.yaml' }))).toStrictEqual(lines),
  )

  it('keep texts of fewer than four characters at other places', () => {
    const shown = (text: string) => maskedLines(text, documentsIn(text, { file: 'm.yaml' })).join('')
    expect(shown('api_key: abc\nname: abc\n')).toBe('api_key: ***\nname: abc\n')
    expect(shown('api_key: abcd\nname: abcd\n')).toBe('api_key: ***\nname: ***\n')
  })
})

describe('the formats of files', () => {
  it.each([
    ['m.json', 'json'],
    ['M.JSON', 'json'],
    ['m.json.gz', 'json'],
    ['m.jsonl', 'jsonl'],
    ['m.ndjson', 'jsonl'],
    ['m.ndjson.gz', 'jsonl'],
    ['m.yaml', 'yaml'],
    ['m.json.txt', 'yaml'],
    ['m.jsonl.txt', 'yaml'],
    ['m.ndjson.gz.txt', 'yaml'],
    ['json', 'yaml'],
    ['', 'yaml'],
  ])('%s is %s', (file, format) => expect(formatOf(file)).toBe(format))

  it.each([
    ['{"a": 1}', 'json'],
    ['\ufeff \n[1]\n', 'json'],
    ['{"a": 1}\n{"b": 2}\n', 'jsonl'],
    ['{"a": 1}\n  \n', 'json'],
    ['{\n"a": 1}', 'json'],
    ['{"a"\n: 1}', 'json'],
    ['a: 1', 'yaml'],
    ['', 'yaml'],
    ['x{', 'yaml'],
  ])('%j without a name is %s', (text, format) => expect(guessedFormat(text)).toBe(format))
})

describe('the kind of an entity', () => {
  it.each([
    ['{"id": "x", "created_at": "y"}', ['ModelEntity ']],
    ['{"id": "x", "updated_at": "y"}', ['ModelEntity ']],
    ['{"id": "x"}', ['CreateModelEntityRequest ']],
    ['{"created_at": "x"}', ['CreateModelEntityRequest ']],
    [
      '[{"id": 1, "created_at": 2}, {}, 5]',
      ['ModelEntity 0', 'CreateModelEntityRequest 1', 'CreateModelEntityRequest 2'],
    ],
    ['[]', []],
    ['5', ['CreateModelEntityRequest ']],
  ])('%s, with and without its places', (text, expected) => {
    const [document] = documentsIn(text, { format: 'yaml' })
    if (document?.kind !== 'value') throw new Error('not read')
    const told = ({ model, loc }: { model: string; loc: readonly number[] }) => `${model} ${loc.join('.')}`
    expect(entitiesOf(document.root, undefined).map(told)).toStrictEqual(expected)
    expect(plainEntitiesOf(JSON.parse(text), undefined).map(told)).toStrictEqual(expected)
    expect(entitiesOf(document.root, 'Lora').map(told)).toStrictEqual(['Lora '])
    expect(plainEntitiesOf(JSON.parse(text), 'Lora').map(told)).toStrictEqual(['Lora '])
    expect(plainValue(document.root)).toStrictEqual(JSON.parse(text))
  })
})
