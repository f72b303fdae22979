import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Document } from 'yaml'
import { duplicateKeys } from '../../src/manifest/duplicate-keys.js'
import type { ReadDocument } from '../../src/manifest/file-error.js'
import { plainValue, type SourceNode } from '../../src/manifest/source-node.js'
import { type DocumentComments, YamlCommentReader } from '../../src/manifest/yaml-comments.js'
import { quickYamlValues, readQuickly } from '../../src/manifest/yaml-quick/quick-documents.js'
import { stretchesOf } from '../../src/manifest/yaml-quick/stretches.js'
import { readAllYaml, readYamlDocuments } from '../../src/manifest/yaml-source.js'
import { runs, SHARE } from '../share.js'
import { hostileText, likelyText } from './yaml-texts.js'

/** Compares the quick readers with the full one, document by document. Returns whether all values were read quickly. */
function same(text: string): boolean {
  const all = [...stretchesOf(text)].map((stretch) => {
    const documents = readAllYaml(text, stretch)
    return documents.find(({ kind }) => kind === 'errors') ?? documents[0]
  })
  sameComments(text)
  const documents = [...readYamlDocuments(text)]
  expect(documents.map(withPlaces), text).toStrictEqual(all)
  for (const document of documents) {
    if (document.kind !== 'value' || document.quick === undefined) continue
    expect(document.quick.value, text).toStrictEqual(plainValue(document.root))
    expect(duplicateKeys(document.root), text).toStrictEqual([])
    for (const { value, spelling = '' } of numbersIn(document.root)) {
      if (Number.isInteger(value)) expect(spelling, text).toBe(String(value))
    }
  }
  return [...quickYamlValues(text)].every((quick) => quick !== undefined)
}

/** How many documents of a text are read without `yaml`. */
function readQuicklyIn(text: string): number {
  return [...stretchesOf(text)].filter((stretch) => readQuickly(text, stretch)?.kind === 'value').length
}

function withPlaces(document: ReadDocument): ReadDocument {
  if (document.kind !== 'value') return document
  if (document.quick !== undefined) {
    const { root, isShared, aliased, hasOtherReadings } = document
    const sharing = { ...(isShared && { isShared }), ...(aliased && { aliased }) }
    return { kind: 'value', root, ...sharing, ...(hasOtherReadings && { hasOtherReadings }) }
  }
  const { hasAllScalars: _, ...rest } = document
  return rest
}

/** Compares the comments that are found by the places of scalars with those that the lexer finds. */
function sameComments(text: string): number {
  const noted = text.replaceAll('#', '# model-entity-x ')
  const [quick, full] = [new YamlCommentReader(noted), new YamlCommentReader(noted)]
  let count = 0
  for (const document of readYamlDocuments(noted)) {
    const [found, wanted] = [quick.commentsOf(document), full.commentsOf({ kind: 'empty' })]
    expect(found.end, noted).toBe(wanted.end)
    expect(realComments(found), noted).toStrictEqual(realComments(wanted))
    count += found.comments.length
  }
  return count
}

/** The lexer also gives other texts, which do not begin like a comment. */
function realComments({ comments }: DocumentComments) {
  return comments.filter(({ text }) => text.startsWith('#'))
}

function numbersIn(node: SourceNode): Extract<SourceNode, { kind: 'scalar' }>[] {
  if (node.kind === 'scalar') return typeof node.value === 'number' ? [node] : []
  return (node.kind === 'mapping' ? node.entries.map(({ value }) => value) : node.items).flatMap(numbersIn)
}

/** Lines with anchors, aliases and merge keys, and some that are nearly those. */
const ANCHORED = [
  ...[
    'a: &x 1',
    'b: *x',
    'c: &y',
    '  d: 2',
    '  e: *x',
    'f: *y',
    '<<: *y',
    '  <<: *y',
    'g: [1, *x]',
    '- &x a',
    '- *x',
    '- &y',
  ],
  ...[
    '    k: v',
    'h: &x text',
    '  more',
    'i: *x # c',
    'j: &z |',
    '  t',
    'l: *z',
    'm: &x {a: 1}',
    'n: &q-1 "s"',
    'o: *q-1',
  ],
  ...[
    'p: &x',
    'q: *x:',
    '"<<": *y',
    'r: &w # c',
    '  - 1',
    '- 2',
    '---',
    '<<: [*y, *x]',
    '<<: {a: 1}',
    's: &x &y 1',
    't: & x',
  ],
  ...[
    'u: *',
    'v: &x !!str 1',
    'a: 3',
    'w: &x no',
    '- &x b: c',
    '- <<: *x',
    '  s: *w',
    '&x a: 1',
    '*x : 1',
    'x: &x [1, 2]',
    'y: &x',
  ],
  ...[
    'z: *x',
    'd: *y',
    '<< : *x',
    '<<: *x # c',
    'e: &y\t1',
    'f: *x\t',
    '- - *x',
    '',
    '# c',
    '  ',
    'k: &x/y 1.50',
    'l: *x/y',
    'm: &x ~',
  ],
]

function range(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('')
}

const word = fc.constantFrom(
  'name',
  '8',
  '-1',
  '07',
  '1.5',
  'true',
  'no',
  '~',
  'a: b',
  'a #b',
  "it's",
  '- x',
  '',
  '---',
  'é𝔸',
)
const structured = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b_c', 'd-e', 'f.g'), tie('value'), { maxKeys: 4 }),
}))

it('the comments of a text are the same in whatever way they are found', () => {
  const lines = fc.constantFrom(
    ...[
      '# c',
      'a: b # c',
      'a: b#c',
      '  # c',
      "k: 'x # y' # c",
      'k: "x # y',
      '  z # w" # c',
      'l: [a, # c',
      '  b] # c',
      '- a # c',
    ],
    ...[
      't: | # c',
      '  x # y',
      '    # z',
      't: >- # c',
      'p: x',
      '  y z',
      '--- # c',
      '--- {a: b} # c',
      '... # c',
      '\t# c',
      '"a # b": 1 # c',
    ],
  )
  let found = 0
  const property = fc.property(fc.array(lines, { maxLength: 9 }), fc.constantFrom('\n', '\r\n'), (parts, end) => {
    found += sameComments(parts.join(end) + end)
  })
  fc.assert(property, runs(1500))
  expect(found).toBeGreaterThan(500)
})

describe('the quick reader of YAML', () => {
  it('answers like the full reader for anchors, aliases and merge keys', () => {
    let taken = 0
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ANCHORED), { minLength: 2, maxLength: 8 }), (lines) => {
        if (same(`${lines.join('\n')}\n`)) taken += 1
      }),
      runs(6000),
    )
    expect(taken).toBeGreaterThan(100 * SHARE)
  })

  it('leaves it to the full reader to count what aliases stand for', () => {
    const many = range(101, (index) => `b${index}: *x\n`)
    expect(same(`a: &x text\n${range(100, (index) => `b${index}: *x\n`)}`)).toBe(true)
    expect(same(`a: &x text\n${many}`)).toBe(false)
    expect(same(`a: &x text\nb: *x\nc: ${'long '.repeat(2000)}\n`)).toBe(false)
    expect(same('a: &x\n  b: &y 1\n  c: *y\nd: *x\n')).toBe(false)
    expect(same('a: &x\n  b: &y 1\n  c: 2\nd: *x\ne: *y\n')).toBe(true)
    expect(same('a: &x\n  b: *x\n')).toBe(false)
  })

  it('answers like the full reader for any text', () => {
    let quick = 0
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const text of [hostileText(seed), likelyText(seed)]) {
          same(text)
          quick += readQuicklyIn(text)
        }
      }),
      runs(1500),
    )
    expect(quick).toBeGreaterThan(600 * SHARE)
  })

  it('finds the documents that `yaml` finds in a whole text', () => {
    const isRead = ({ kind }: ReadDocument) => kind !== 'errors'
    let read = 0
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const text of [hostileText(seed), likelyText(seed)]) {
          // A text may end with a directive: only the reader of its documents tells that no document follows.
          if (/^%/m.test(text)) continue
          const documents = [...readYamlDocuments(text)].map(withPlaces)
          const whole = readAllYaml(text)
          expect(whole.every(isRead), text).toBe(documents.every(isRead))
          if (!documents.every(isRead)) continue
          expect(documents, text).toEqual(whole)
          read += documents.length
        }
      }),
      runs(1000),
    )
    expect(read).toBeGreaterThan(150 * SHARE)
  })

  it('answers like the full reader for any data in blocks, in several documents', () => {
    fc.assert(
      fc.property(
        fc.array(structured.object, { minLength: 1, maxLength: 3 }),
        (values) => void same(values.map((value) => new Document(value).toString()).join('---\n')),
      ),
      runs(1000),
    )
  })

  it('reads most manifests without their places', () => {
    const value = fc.oneof(
      fc.integer(),
      fc.integer().map((number) => number / 4),
      fc.boolean(),
      fc.stringMatching(/^[a-z][a-z/.-]{0,12}$/),
    )
    const flat = fc.dictionary(fc.constantFrom('name', 'spec', 'b_c', 'd-e'), fc.oneof(value, fc.array(value)), {
      minKeys: 1,
    })
    let taken = 0
    fc.assert(
      fc.property(flat, (data) => {
        if (same(new Document(data).toString())) taken += 1
      }),
      runs(500),
    )
    expect(taken).toBeGreaterThan(150 * SHARE)
  })

  it.each([
    'a: 8.0\n',
    'a: -0\n',
    'a: 1e3\n',
    'a: b\na: c\n',
    '__proto__: a\n',
    'a: yes\n',
    'a: 2024-01-15\n',
    '["a", 8.0]\n',
    '# only a comment\n',
    'a: b\n---\n',
  ])('leaves the places of %j to be read', (text) => expect(same(text)).toBe(false))

  it('answers like the full reader for the examples', () => {
    const folder = join(import.meta.dirname, '../../examples')
    for (const name of readdirSync(folder)) if (name.endsWith('.yaml')) same(readFileSync(join(folder, name), 'utf8'))
  })

  it.each(
    '~¦null¦Null¦NULL¦nULL¦true¦True¦TRUE¦tRUE¦false¦False¦FALSE¦fALSE¦yes¦.inf¦.Inf¦.INF¦-.inf¦+.INF¦.iNF¦.nan¦.NaN¦.NAN¦-.nan¦0¦00¦+1¦-1¦10¦0o17¦0o8¦0x1F¦0xg¦.5¦-.5¦5.¦+5.5¦1e3¦1E-3¦.5e+3¦5.e3¦1e¦e3¦.¦+¦-¦--1¦1_0¦0b1¦9007199254740991¦9007199254740992¦-9007199254740993'.split(
      '¦',
    ),
  )('answers like the full reader for the scalar %s', (word) => {
    for (const text of [`a: ${word}\n`, `- ${word}\n`, `[${word}]\n`, `${word}: a\n`, `{${word}: a}\n`]) same(text)
  })

  it.each([
    '# c\n---\nname: a\n',
    '---\nname: a\n---\n',
    '--- # c\nname: a\n--- \nname: b',
    '--- name: a\n',
    '---\n---\nname: a\n',
    '# only\n',
    'name: a\n# c\n---\n# d\nname: b\n',
    'a:\n- b\n- c: d\n  e: f\n-   g: h\n    i: j\nk: l\n',
    'a:\n  # c\n  b: c\n# d\n\n  d: e\n',
    'a: b\n c\n',
    'a:\n    b: c\n  d: e\n',
    '----\na: b\n',
    '---a: b\n',
    'a: "---\n---\n"\n',
    '  a: b\n  c: d\n',
    'a: b\n---\n%x\n',
    '[a,#b\n c]\n',
    '{a: b,#c\n d: e}\n',
    '["a"#b\n]\n',
    '[a #b\n]\n',
  ])('answers like the full reader for %j', (text) => void same(text))

  it.each([
    ['brackets', '{name: ab, spec: {num_layers: 32, tags: [a, "b", \'c\']}}\n'],
    ['brackets behind the marker', '--- {name: ab, "x":[], y: ~,}\n--- [] # c\n'],
    ['brackets on several lines', '{\n  # c\n  name: ab, # d\n\n  "spec":\n    {a: b\n},\n}\n'],
    ['JSON', '{"name":"ab","spec":{"a":[1,-2.5,true,null,"\\u00e9\\n"]}}\n'],
    ['brackets in blocks', 'a: [b, c] # d\nb:\n  {c: d}\nc:\n- {e: [f,\n  g]}\n'],
    ['block scalars', 'a: |\n  b\n   # c\n\n  d: e\nf: >- # g\n  h\n  i\n\n   j\n  k\nl:\n  - |-\n    m\n'],
    ['plain scalars of several lines', 'a: b c\n  - d\n\n  e # f\ng: 8\n  9\n'],
    ['quoted scalars of several lines', "a: \"b\n  c\n\n  d\"\ne: 'it''s\n  f'\n"],
    ['quoted keys', '"a b": 1\n\'c\' : 2\n'],
    ['brackets that close at the column of their key', 'a: [\n  b\n]\nc: {\n  d: e\n}\n'],
    ['scalars on the line below', 'a:\n  b c\nd:\n  8\ne:\n-\n  "f"\n'],
    ['quoted scalars', 'a: "b c" # d\ne: \'f\'\ng:\n- "h"\n- \'\'\n'],
    ['tabs', 'a:\tb\t# c\nd:\t[\te\t]\n'],
    ['line ends of Windows', 'a: b\r\nc: |\r\n  d\r\n\r\n  e\r\nf: [g,\r\n  h]\r\n'],
    ['end markers', 'a: b\n... # c\n# d\n---\ne: f\n...\n'],
    ['directives', '%YAML 1.2\n---\na: b\n...\n%YAML 1.2\n---\nc: d\n'],
    ['lists in lists', '- - a\n  - b: c\n    d: e\n-\n  f: g\n- # h\n  - i\n-\n'],
  ])('reads %s without `yaml`', (_, text) => {
    expect(same(text)).toBe(true)
  })

  it.each([
    'a: &b !!str c\n',
    'a: *b\n',
    'a: !!str 8\n',
    '? a\n: b\n',
    '{? a: b}\n',
    '[a: b]\n',
    'a: |2\n   b\n',
    'a: |+\n  b\n',
    '"\\x41": b\n',
  ])('leaves %j to `yaml`, and only this document', (text) => {
    same(`b: c\n---\n${text}---\nd: e\n`)
    expect(readQuicklyIn(`b: c\n---\n${text}---\nd: e\n`)).toBe(2)
  })

  it.each<[what: string, nested: (depth: number) => string]>([
    ['lists on one line', (depth) => `${'- '.repeat(depth)}a\n`],
    ['lists on several lines', (depth) => `${range(depth, (at) => `${' '.repeat(at)}-\n`)}${' '.repeat(depth)}a\n`],
    ['mappings', (depth) => `${range(depth, (at) => `${' '.repeat(at)}a:\n`)}${' '.repeat(depth)}b\n`],
    ['mappings in lists', (depth) => range(depth, (at) => `${' '.repeat(2 * at)}- a:\n`)],
    ['brackets', (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}\n`],
    ['braces', (depth) => `${'{a: '.repeat(depth)}b${'}'.repeat(depth)}\n`],
  ])('reads %s of some depth, and answers like the full reader beyond that', (_, nested) => {
    expect(readQuicklyIn(nested(25))).toBe(1)
    expect(readQuicklyIn(nested(60))).toBe(0)
    for (const depth of [1, 24, 25, 26, 49, 50, 51, 52, 600]) same(nested(depth))
  })

  it('reads keys of a thousand characters, and answers like the full reader beyond that', () => {
    const keyed = (length: number) => `a:\n  ${'k'.repeat(length)}: b\n`
    expect([1000, 1001].map((length) => readQuicklyIn(keyed(length)))).toStrictEqual([1, 0])
    for (const length of [1001, 1022, 1023, 1024, 1025, 1100]) same(keyed(length))
  })

  it('takes no longer for a long line or a long text than for a short one, for each character', () => {
    const shapes = [
      'a: b c\n---\n',
      "a: 'b c\n---\n",
      '{a: "b\n---\n',
      '[',
      '{a: ',
      'a: "b ',
      "a: 'b\n  ",
      'a: b c\n  d ',
    ]
    for (const shape of shapes) {
      const text = shape.repeat(20_000)
      const start = performance.now()
      for (const stretch of stretchesOf(text)) readQuickly(text, stretch)
      // A quadratic reader takes a minute.
      expect(performance.now() - start, shape).toBeLessThan(3000)
    }
  })
})
