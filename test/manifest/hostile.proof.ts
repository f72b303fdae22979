import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkManifest } from '../../src/manifest/index.js'
import { runs } from '../share.js'

/** The codes that a text comes to, at most three of them. */
function codes(text: string | Uint8Array, file = 'm.yaml'): string[] {
  return checkManifest(text, { file })
    .diagnostics.slice(0, 3)
    .map(({ code }) => code)
}

const MEGABYTE = 1_000_000

describe('checkManifest ends in one clean diagnostic for', () => {
  it.each([
    ['nested flow sequences', '['.repeat(100_000), 'too_deep'],
    ['nested flow sequences that are closed', '['.repeat(100_000) + ']'.repeat(100_000), 'too_deep'],
    ['nested flow mappings', '{a: '.repeat(50_000), 'too_deep'],
    ['nested block sequences', `${'- '.repeat(100_000)}a`, 'too_deep'],
    ['nested explicit keys', `${'? '.repeat(100_000)}a`, 'too_deep'],
    [
      'nested block mappings',
      Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      'too_deep',
    ],
    ['a megabyte of quotes', '"'.repeat(MEGABYTE), 'yaml_syntax'],
    ['a megabyte of closing brackets', ']'.repeat(MEGABYTE), 'yaml_syntax'],
    ['a megabyte of apostrophes', "'".repeat(MEGABYTE), 'model_attributes_type'],
    ['a megabyte of percent signs', '%'.repeat(MEGABYTE), 'yaml_syntax'],
    ['a megabyte of stars', '*'.repeat(MEGABYTE), 'yaml_syntax'],
    ['a megabyte of letters', 'a'.repeat(MEGABYTE), 'model_attributes_type'],
    ['a megabyte of NUL', '\0'.repeat(MEGABYTE), 'yaml_syntax'],
    ['thirty thousand anchors', '&a '.repeat(30_000), 'yaml_syntax'],
    ['ten megabytes of opening brackets', '['.repeat(10 * MEGABYTE), 'too_deep'],
    ['ten megabytes of braces', '}'.repeat(10 * MEGABYTE), 'yaml_syntax'],
  ])('%s', (_, text, code) => {
    expect(codes(text)).toStrictEqual([code])
  })

  it.each([
    ['nested arrays of JSON', '['.repeat(100_000), 'too_deep'],
    ['nested objects of JSON', '{"a":'.repeat(100_000), 'too_deep'],
    ['ten megabytes of one string', JSON.stringify('a'.repeat(10 * MEGABYTE)), 'model_attributes_type'],
    ['an integer of 5,000 digits', `{"name": ${'9'.repeat(5000)}}`, 'json_invalid'],
    ['a megabyte of quotes in JSON', '"'.repeat(MEGABYTE), 'json_invalid'],
  ])('%s', (_, text, code) => {
    expect(codes(text, 'm.json')).toStrictEqual([code])
  })

  it('bytes that are not UTF-8, at the place where they stop being it', () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('name: é\nproject: '), 0xff, 0x41])
    expect(checkManifest(bytes).diagnostics).toMatchObject([{ code: 'not_utf8', line: 2, column: 10 }])
    expect(codes(new Uint8Array([0xff, 0xfe, 0x6e, 0x00]))).toStrictEqual(['not_utf8'])
    expect(codes(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))).toStrictEqual(['not_utf8'])
  })

  it('a written replacement character, which is UTF-8', () => {
    expect(codes(new TextEncoder().encode('name: ab\ndescription: \ufffd\n'))).toStrictEqual([])
  })

  it('aliases that multiply', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `k${level}: &k${level} [${Array(10)
          .fill(level === 0 ? 'x' : `*k${level - 1}`)
          .join(', ')}]`,
    )
    expect(codes(levels.join('\n'))).toStrictEqual(['alias_bomb'])
  })

  it('merge keys that multiply', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `  k${index}: 1`).join('\n')
    const merges = Array.from({ length: 2000 }, (_, index) => `m${index}: { <<: *base }`).join('\n')
    expect(codes(`base: &base\n${many}\n${merges}\n`)).toStrictEqual(['alias_bomb'])
  })

  it('aliases that nest more deeply than anything that is written', () => {
    const chain = Array.from(
      { length: 3000 },
      (_, level) => `k${level}: &k${level} [${level === 0 ? 'x' : `*k${level - 1}`}]`,
    )
    expect(codes(chain.join('\n'))).toStrictEqual(['too_deep'])
  })
})

describe('checkManifest', () => {
  it('takes an alias that stands thirty thousand times', () => {
    const text = `name: ab\ncustom_fields:\n  a: &a x\n  b:\n${'    - *a\n'.repeat(30_000)}`
    expect(codes(text)).toStrictEqual([])
  })

  it('takes a mapping of thirty thousand fields', () => {
    const text = `name: ab\ncustom_fields:\n${Array.from({ length: 30_000 }, (_, index) => `  k${index}: 1`).join('\n')}`
    expect(codes(text)).toStrictEqual([])
  })

  it('counts each of twenty thousand unknown fields, and lists as many as are asked for', () => {
    const text = `name: ab\n${Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join('')}`
    const { diagnostics, excerpts, counts } = checkManifest(text)
    expect(counts).toStrictEqual({ error: 0, warning: 20_000, info: 0 })
    expect([diagnostics.length, excerpts.length]).toStrictEqual([1000, 1000])
    expect(diagnostics.map(({ line }) => line)).toStrictEqual(Array.from({ length: 1000 }, (_, index) => index + 2))
    expect(checkManifest(text, { maxDiagnostics: 20_000 }).diagnostics).toHaveLength(20_000)
  })

  it('takes ten megabytes of blank lines for an empty document', () => {
    expect(checkManifest('\n'.repeat(10 * MEGABYTE))).toMatchObject({ documents: 1, emptyDocuments: 1 })
  })

  it('tells a file that is too large', () => {
    expect(codes(new Uint8Array(64 * 1024 * 1024 + 1))).toStrictEqual(['too_large'])
  })

  it('answers any bytes with places inside of the text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('m.yaml', 'm.json', 'm.jsonl'), (bytes, file) => {
        const lines = new TextDecoder().decode(bytes).split('\n').length
        for (const { line, column, endLine } of checkManifest(bytes, { file }).diagnostics) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(column).toBeGreaterThanOrEqual(1)
          expect(endLine).toBeGreaterThanOrEqual(line)
          expect(endLine).toBeLessThanOrEqual(lines)
        }
      }),
      runs(1000),
    )
  })

  it('answers any text made of the marks of YAML', () => {
    const mark = fc.constantFrom(
      '- ',
      ': ',
      '\n',
      '  ',
      '? ',
      '&a ',
      '*a ',
      '|',
      '>',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      ',',
      '<<: ',
      '!!str ',
      '!x ',
      '#',
      '---\n',
      '...\n',
      '%',
      'a',
      '1',
      '~',
      '\t',
      '\r\n',
      '\ufeff',
      'name',
      'spec',
    )
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 30 }), (marks) => {
        expect(() => checkManifest(marks.join(''))).not.toThrow()
      }),
      runs(2000),
    )
  })

  it('tells the same of a value in YAML and in JSON', () => {
    const value = fc.record(
      {
        name: fc.oneof(fc.string(), fc.constant('ab')),
        spec: fc.jsonValue(),
        nam: fc.boolean(),
        prompt: fc.jsonValue({ maxDepth: 3 }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(value, (entity) => {
        const text = JSON.stringify(entity).replaceAll('\u007f', '\\u007f')
        const told = (file: string) => checkManifest(text, { file }).diagnostics.map(({ code, loc }) => [code, loc])
        expect(told('m.yaml')).toStrictEqual(told('m.json'))
      }),
    )
  })
})
