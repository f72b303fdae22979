/** The parts that read a text with `yaml`, one by one. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Parser } from 'yaml'
import { checkManifest } from '../../src/manifest/index.js'
import type { SourceNode } from '../../src/manifest/source-node.js'
import { YamlCommentReader } from '../../src/manifest/yaml-comments.js'
import { readAllYaml } from '../../src/manifest/yaml-source.js'
import { dashBefore, spanOf } from '../../src/manifest/yaml-spans.js'
import { yamlTokens } from '../../src/manifest/yaml-tokens.js'
import { likelyText } from './yaml-texts.js'

function rootOf(text: string): SourceNode | undefined {
  const [document] = readAllYaml(text)
  return document?.kind === 'value' ? document.root : undefined
}

describe('the tokens of a text', () => {
  it('are those of the parser of `yaml` where that finds nothing wrong', () => {
    let compared = 0
    const between = new Set(['space', 'comment', 'newline'])
    const property = fc.property(fc.integer(), (seed) => {
      const text = likelyText(seed)
      if (readAllYaml(text).some(({ kind }) => kind === 'errors')) return
      const parsed = [...new Parser().parse(text)].filter(({ type }) => !between.has(type))
      expect(yamlTokens(text).tokens, text).toStrictEqual(parsed)
      compared += 1
    })
    fc.assert(property, { numRuns: 300 })
    expect(compared).toBeGreaterThan(50)
  })

  it.each(['a\n... # c\n', '[a] # c\n...\n# d\n', '{a: b,}\n\n', '[[a], b]\n', '- a # c\n- b\n'])(
    'keeps all that may stand behind a value: %j',
    (text) =>
      expect(yamlTokens(text).tokens).toStrictEqual(
        [...new Parser().parse(text)].filter(({ type }) => type !== 'comment' && type !== 'newline'),
      ),
  )

  it('end soon behind a run of a thousand that are out of place, but not behind as much that is harmless', () => {
    const heard = (text: string) => {
      let count = 0
      yamlTokens(text, { lexeme: () => (count += 1) })
      return count
    }
    expect(heard(`"a" ${'"b" '.repeat(1800)}`)).toBeLessThan(1300)
    expect(heard(`"a" ${'"b" '.repeat(400)}`)).toBeGreaterThan(800)
    expect(heard(`"a"\n${'# c\n'.repeat(1800)}`)).toBeGreaterThan(1800)
    expect(heard(']'.repeat(1800))).toBeLessThan(1300)
    expect(heard('- ] \n'.repeat(400))).toBeGreaterThan(400)
  })

  it('have the offsets of the file, also behind byte order marks', () => {
    const heard: [string, number][] = []
    const text = 'a\n\ufeff---\nb\n\ufeff# c\n\ufeff---\nd\n'
    yamlTokens(text, { lexeme: (lexeme, offset) => heard.push([lexeme, offset]) }, 10)
    const places = heard.filter(([lexeme]) => /^[-#a-d]/.test(lexeme)).map(([lexeme, offset]) => [lexeme, offset - 10])
    expect(places).toStrictEqual([
      ['a', 0],
      ['---', 3],
      ['b', 7],
      ['# c', 10],
      ['---', 15],
      ['d', 19],
    ])
  })
})

describe('the comments of a text', () => {
  it.each<[text: string, ends: readonly (number | undefined)[]]>([
    ['a: b\n', [undefined]],
    ['a: b\n...\n', [5]],
    ['a: b\n---\nc: d\n', [5, undefined]],
    ['a: b\n...\n---\nc: d\n...\n# e\n', [5, 18]],
    ['--- a\n--- b\n', [6, undefined]],
    ['# model-entity-x\na: b\n', [undefined]],
    ['# model-entity-x\na: b\n---\n# model-entity-y\nc: d\n', [22, undefined]],
  ])('of %j are those of its documents, which end there', (text, ends) => {
    const reader = new YamlCommentReader(text)
    expect(ends.map(() => reader.commentsOf({ kind: 'empty' }).end)).toStrictEqual(ends)
    expect(reader.commentsOf({ kind: 'empty' })).toStrictEqual({ comments: [], end: undefined })
  })

  it('are looked for in YAML that can be read, and nowhere else', () => {
    const comment = '# model-entity-disable-line unknown-field -- why'
    const codes = (text: string | Uint8Array, file: string) =>
      checkManifest(text, { file }).diagnostics.map(({ code }) => code)
    expect(codes(`{"name": "ab"} ${comment}\n`, 'm.json')).toStrictEqual(['json_invalid'])
    expect(codes(`{"name": "ab"} ${comment}\n`, 'm.yaml')).toStrictEqual(['unused-suppression'])
    const bytes = new Uint8Array([...new TextEncoder().encode(`name: ab ${comment}\n`), 0xff])
    expect(codes(bytes, 'm.yaml')).toStrictEqual(['not_utf8'])
  })
})

describe('the place of a node', () => {
  it('of an empty item is its dash, or where it would be between brackets', () => {
    const items = (text: string) => {
      const root = rootOf(text)
      return root?.kind === 'sequence' ? root.items.map(({ span }) => span && [span.start, span.end]) : root
    }
    expect(items('- &x\n- !!null\n-\n')).toStrictEqual([
      [0, 1],
      [5, 6],
      [14, 15],
    ])
    expect(items('- [&x , a]\n')).toStrictEqual([[2, 10]])
    expect(items('[&x , a]\n')).toStrictEqual([
      [4, 4],
      [6, 7],
    ])
    expect(items('- # c\n- &y-z # d\n')).toStrictEqual([
      [0, 1],
      [6, 7],
    ])
  })

  it('is nowhere without a dash, and at the start where `yaml` gives none', () => {
    expect([
      dashBefore('- a', 2),
      dashBefore(' -a b', 4),
      dashBefore('', 0),
      dashBefore('x\n\ufeff-\t', 5),
    ]).toStrictEqual([
      { start: 0, end: 1 },
      { start: 4, end: 4 },
      { start: 0, end: 0 },
      { start: 3, end: 4 },
    ])
    expect(spanOf({ kind: 'scalar', span: undefined, value: 1 })).toStrictEqual({ start: 0, end: 0 })
  })
})
