import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mayHoldSecret } from '../../src/manifest/redaction/may-hold-secret.js'
import { MOST_SECRETS, Redaction } from '../../src/manifest/redaction/redaction.js'
import { secretsOfTree } from '../../src/manifest/redaction/secrets-of-tree.js'
import type { SourceNode } from '../../src/manifest/source-node.js'
import { readAllYaml } from '../../src/manifest/yaml-source.js'

function rootOf(text: string): SourceNode {
  const [document] = readAllYaml(text)
  if (document?.kind !== 'value') throw new TypeError('no value')
  return document.root
}

/** What is shown of a text of one line in which some stretches are secret. */
function shown(text: string, secrets: Iterable<string>, from = 0, to = text.length): string {
  return new Redaction(text, secrets).shown({ start: from, end: to }, { start: 0, end: text.length })
}

describe('what may hold a secret', () => {
  it.each([
    [{ api_key: 1 }, true],
    [[{ a: ['https://u:secret-1234@host/'] }], true],
    [{ 'https://u:secret-1234@host/': 1 }, true],
    ['https://u:secret-1234@host/', true],
    [{ name: 'ab', items: [1, null, true, 'https://host/'] }, false],
    ['text', false],
    [1, false],
    [null, false],
    [undefined, false],
  ])('is told for %j', (value, expected) => {
    expect(mayHoldSecret(value)).toBe(expected)
  })
})

describe('a message beside too many secrets', () => {
  const redaction = new Redaction(
    '',
    Array.from({ length: MOST_SECRETS + 1 }, (_, index) => `secret-${1000 + index}`),
  )

  it.each([
    ['found "a\\"b" and 1', 'found *** and 1'],
    ['found "cut in the middle…', 'found ***'],
    ['found "cut"… there', 'found *** there'],
    ['found the number 12345', 'found the number ***'],
    ['found nothing', 'found nothing'],
  ])('loses what it quotes: %s', (message, expected) => {
    expect(redaction.prose(message)).toBe(expected)
  })
})

describe('the secret of a URL', () => {
  it('is noted with its own stretch, wherever it stands in the text', () => {
    const text = 'a: x\nlist: [b, "https://u:secret-1234@host/"]\n'
    const found: [string, string][] = []
    secretsOfTree(rootOf(text), text, ({ start, end }, value) => found.push([text.slice(start, end), value]))
    expect(found[0]).toStrictEqual(['u:secret-1234', 'u:secret-1234'])
  })
})

describe('a line', () => {
  it('is shown with a mask for each secret, or for those that touch or overlap', () => {
    expect(shown('one secret and one more', ['secret', 'more'])).toBe('one *** and one ***')
    expect(shown('abcdef', ['abc', 'bcd'])).toBe('***ef')
    expect(shown('abcdef', ['abc', 'def'])).toBe('***')
    expect(shown('abc def', ['abc', 'def'])).toBe('*** ***')
    expect(shown('abcdefgh', ['abcdefgh', 'cde', 'gh'])).toBe('***')
    expect(shown('nothing', [])).toBe('nothing')
    expect(shown('xx secretsecret xx', ['secret'])).toBe('xx *** xx')
  })

  it('is shown in part, from inside of a secret or up to there', () => {
    const text = 'one secret and one more'
    expect(shown(text, ['secret'], 0, 4)).toBe('one ')
    expect(shown(text, ['secret'], 0, 6)).toBe('one ***')
    expect(shown(text, ['secret'], 6, 14)).toBe('*** and')
    expect(shown(text, ['secret'], 10, 14)).toBe(' and')
    expect(shown(text, ['secret'], 5, 8)).toBe('***')
    expect(shown(text, ['secret'], 5, 5)).toBe('')
  })

  it('is searched for copies of the secrets, unless there are too many', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `secret-${1000 + index}-x`)
    expect(shown('a secret-1000-x b', many(MOST_SECRETS))).toBe('a *** b')
    expect(shown('a secret-1000-x b', many(MOST_SECRETS + 1))).toBe('a secret-1000-x b')
  })

  it('never shows a secret, wherever that stands', () => {
    const property = fc.property(
      fc.stringMatching(/^[a-c ]{0,12}$/),
      fc.stringMatching(/^[a-c ]{0,12}$/),
      (one, other) => {
        const text = `${one}s3cret${other}`
        expect(shown(text, ['s3cret'])).toBe(`${one}***${other}`)
      },
    )
    fc.assert(property)
  })

  it('of many is remembered, and looked at again behind many others', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `${index % 10} s3cret\n`)
    const text = lines.join('')
    const redaction = new Redaction(text, ['s3cret'])
    for (const [index] of [...lines, ...lines].entries()) {
      const start = (index % 30) * 9
      expect(redaction.shown({ start, end: start + 8 }, { start, end: start + 8 })).toBe(`${index % 10} ***`)
    }
  })
})

describe('the secrets of a document', () => {
  it('are masked at their places, and elsewhere if they are not short', () => {
    const text = 'api_key: abc\npassword: abcd\nx: abc abcd\n'
    const redaction = new Redaction(text)
    redaction.addDocument(rootOf(text))
    const line = (start: number, end: number) => redaction.shown({ start, end }, { start, end })
    expect([line(0, 12), line(13, 27), line(28, 39)]).toStrictEqual(['api_key: ***', 'password: ***', 'x: abc ***'])
    expect([...redaction.secrets]).toStrictEqual(['abcd'])
  })

  it('are found in the text where it cannot be read, with the names of tags and aliases', () => {
    const redaction = new Redaction('api_key: *hidden-name\nx: [\n')
    redaction.addText()
    redaction.addText()
    expect(redaction.prose('Unresolved alias hidden-name')).toBe('Unresolved alias ***')
  })

  it('are kept up to a number', () => {
    const entries = Array.from({ length: 3 * MOST_SECRETS }, (_, index) => `- {api_key: secret-${1000 + index}}\n`)
    const redaction = new Redaction(entries.join(''))
    redaction.addDocument(rootOf(entries.join('')))
    expect(redaction.secrets.size).toBe(MOST_SECRETS + 1)
    expect(redaction.prose('found "anything", the number 12 and the text "cut"… here')).toBe(
      'found ***, the number *** and the text *** here',
    )
  })
})

describe('a message', () => {
  const prose = (text: string, ...secrets: string[]) => new Redaction('', secrets).prose(text)

  it.each([
    ['found the text "a hidden b"', 'found the text "a *** b"'],
    ['found the text "hidd"…', 'found the text "***"…'],
    ['found the text "x hidde"… and "hidden"', 'found the text "x ***"… and "***"'],
    ['found the text "hid"…', 'found the text "hid"…'],
    ['found "nothing"…', 'found "nothing"…'],
  ])('%s', (text, expected) => expect(prose(text, 'hidden')).toBe(expected))

  it('is masked where it has a secret with escapes', () => {
    expect(prose('found "a\\"quoted\\"b"', 'a"quoted"b')).toBe('found "***"')
    expect(prose('found "a\\"quo"…', 'a"quoted"b')).toBe('found "***"…')
  })

  it('is masked where what it quotes looks like a secret, and left where that is no text of JSON', () => {
    expect(prose('found "api_key=abcdef123"')).toBe('found "api_key=***"')
    expect(prose('found "api_key=\\x61bcdef"')).toBe('found "api_key=\\x61bcdef"')
    expect(prose('found "plain \\u0061"')).toBe('found "plain \\u0061"')
    expect(prose('see http://user:word@host/')).not.toContain('word')
  })
})
