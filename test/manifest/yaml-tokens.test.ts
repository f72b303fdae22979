import { describe, expect, it } from 'vitest'
import type { CST } from 'yaml'
import { MAX_YAML_DEPTH, yamlTokens } from '../../src/manifest/yaml-tokens.js'

/** The types of what stands at the end of the value of each document. */
function ends(text: string): string[][] {
  return yamlTokens(text).tokens.flatMap((token) => {
    const value = token.type === 'document' ? token.value : undefined
    return value && 'end' in value && Array.isArray(value.end)
      ? [value.end.map(({ type }: CST.SourceToken) => type)]
      : []
  })
}

describe('yamlTokens', () => {
  it('keeps what may stand behind a value: space, comment, line end, closing bracket', () => {
    expect(ends('a # why\n')).toStrictEqual([['space', 'comment', 'newline']])
    expect(ends('[a] # why\n')).toStrictEqual([['flow-seq-end', 'space', 'comment', 'newline']])
    expect(ends('{a: 1}\n')).toStrictEqual([['flow-map-end', 'newline']])
  })

  it('keeps the first of the tokens that are out of place behind a value, and what stands before it', () => {
    const [end = []] = ends('"a" "b" "c" "d"\n')
    expect(end).toStrictEqual(['space', 'double-quoted-scalar'])
    expect(ends('"a""b" "c"\n')).toStrictEqual([['double-quoted-scalar']])
    expect(ends('[a]b c\n')).toStrictEqual([['flow-seq-end', 'scalar']])
  })

  it('keeps the first of errors in a row', () => {
    const errors = (text: string) => yamlTokens(text).tokens.filter(({ type }) => type === 'error').length
    expect(errors(']\n')).toBe(1)
    expect(errors(']]]]\n')).toBe(1)
  })

  it('keeps what follows an error', () => {
    expect(yamlTokens(']]\n---\na: 1\n').tokens.map(({ type }) => type)).toStrictEqual(['error', 'document'])
  })

  it('leaves out the space, comments and line ends between documents', () => {
    expect(yamlTokens('# a\n\n--- a\n...\n\n# b\n').tokens.map(({ type }) => type)).toStrictEqual([
      'document',
      'doc-end',
    ])
  })

  it('takes byte order marks before a later document for nothing', () => {
    const starts = (text: string) => yamlTokens(text).tokens.map(({ type, offset }) => `${type} ${offset}`)
    expect(starts('a: 1\n\ufeff# c\n\ufeff---\nb: 2\n')).toStrictEqual(['document 0', 'document 11'])
    expect(starts('a: 1\n\ufeff# c\n# d\n\n\ufeff---\nb: 2\n')).toStrictEqual(['document 0', 'document 16'])
    expect(starts('a: 1\n# c\n---\nb: 2\n')).toStrictEqual(['document 0', 'document 9'])
  })

  it.each([
    ['flow sequences', (depth: number) => '['.repeat(depth) + ']'.repeat(depth), 1],
    ['flow mappings', (depth: number) => '{a: '.repeat(depth) + '}'.repeat(depth), 4],
    ['block sequences', (depth: number) => `${'- '.repeat(depth)}a`, 2],
  ])(
    'takes %s that are as deep as they may be, and tells the place of the first that is deeper',
    (_, nested, width) => {
      expect(yamlTokens(nested(MAX_YAML_DEPTH)).tooDeep).toBeUndefined()
      const start = MAX_YAML_DEPTH * width
      expect(yamlTokens(nested(MAX_YAML_DEPTH + 1)).tooDeep).toStrictEqual({ start, end: start + 1 })
    },
  )

  it('tells a collection that is too deep only as a part of a key', () => {
    const key = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}: b\n`
    expect(yamlTokens(key(MAX_YAML_DEPTH - 1)).tooDeep).toBeUndefined()
    for (const text of [key(MAX_YAML_DEPTH), `${key(MAX_YAML_DEPTH)}---\nc\n`]) {
      expect(yamlTokens(text).tooDeep).toStrictEqual({ start: MAX_YAML_DEPTH - 1, end: MAX_YAML_DEPTH })
    }
  })

  it('tells the first in the text of two collections that are too deep', () => {
    const deep = '['.repeat(MAX_YAML_DEPTH + 1) + ']'.repeat(MAX_YAML_DEPTH + 1)
    const start = 'a: '.length + MAX_YAML_DEPTH - 1
    expect(yamlTokens(`a: ${deep}\nb: ${deep}\n`).tooDeep).toStrictEqual({ start, end: start + 1 })
  })
})
