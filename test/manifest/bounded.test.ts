import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkManifest, type ManifestFormat } from '../../src/manifest/index.js'

/** The most that one listed diagnostic takes as JSON, with its line: texts and paths are cut. */
const MOST_OF_ONE = 20_000

/** Checks that a text of any shape makes no more findings than it has characters, and no more output than is asked for. */
function expectBounded(text: string, format: ManifestFormat = 'yaml', maxDiagnostics = 50): void {
  const { diagnostics, excerpts, counts } = checkManifest(text, { format, maxDiagnostics })
  const found = counts.error + counts.warning + counts.info
  expect(found).toBeLessThanOrEqual(20 * text.length + 100)
  expect(diagnostics.length).toBe(Math.min(found, maxDiagnostics))
  expect(excerpts.length).toBe(diagnostics.length)
  expect(JSON.stringify({ diagnostics, excerpts }).length).toBeLessThanOrEqual(MOST_OF_ONE * diagnostics.length + 100)
}

const times = (count: number, text: string) => text.repeat(count)
const size = fc.integer({ min: 0, max: 200 })

/** Texts that are small and could become much: by what stands in them how many times. */
const SHAPES: Readonly<Record<string, (a: number, b: number) => string>> = {
  'aliases of entities': (a, b) =>
    `- &s {linear_layers: [${times(a, '{},')}]}\n- &t {name: ab, spec: *s}\n${times(b, '- *t\n')}`,
  'entities of one aliased part': (a, b) =>
    `- &s {linear_layers: [${times(a, '{},')}]}\n${times(b, '- {name: ab, spec: *s}\n')}`,
  'aliases of aliases': (a, b) =>
    `- &a {x: 1}\n- &b [${times(a, '*a,')}]\n- &c [${times(b % 10, '*b,')}]\n- {name: ab, spec: {linear_layers: *b}, adapters: *c}\n`,
  'unknown fields by alias': (a, b) => `- &a {${keys(a, 'k')}}\n${times(b, '- *a\n')}`,
  merges: (a, b) => `- &a {${keys(a, 'k')}}\n${times(b, '- {<<: *a, name: 5}\n')}`,
  'lists of broken objects': (a) => `name: ab\nspec: {linear_layers: [${times(a * 3, '{},')}]}\n`,
  'nested collections with errors': (a, b) =>
    `name: ab\ncustom_fields: ${times(b, '[')}${times(a, '123456789012345678901,')}${times(b, ']')}\n`,
  'a long key above errors': (a, b) =>
    `name: ab\nprompt: {inference_params: {? "${times(a * 30, 'k')}" : [${times(b, '123456789012345678901,')}]}}\n`,
  'long scalars': (a, b) =>
    `name: "${times(a * 30, ' x')}"\nproject: '${times(b * 30, 'é!')}'\nspec: ${times(a * 30, 'y')}\n`,
  'long unknown keys': (a, b) => times(b % 20, `? ${times(a * 10, 'k')}\n: 1\n---\n`),
  'many documents': (a, b) => `${times(a, '---\nname: 5\n')}${times(b, '---\n5\n')}`,
  'many duplicate keys': (a, b) => `${times(a, 'k: 1\n')}${times(b, 'name: 1\n')}`,
  'duplicate keys by alias': (a, b) => `- &a {${times(a, 'k: 1,')}}\n${times(b, '- *a\n')}`,
  'broken documents': (a, b) => `${times(a, '--- [\n')}${times(b, '--- "\n')}`,
  'a long broken line': (a, b) => `name: [${times(a * 10, '"x" y ')}${times(b, ': :')}\n`,
}

function keys(count: number, name: string): string {
  return Array.from({ length: count }, (_, index) => `${name}${index}: 1`).join(', ')
}

describe('checkManifest is bounded in the size of', () => {
  it.each(Object.entries(SHAPES))('%s', (_, shape) => {
    fc.assert(
      fc.property(size, size, (a, b) => expectBounded(shape(a, b))),
      { numRuns: 4, examples: [[200, 200]] },
    )
  })

  it.each([
    ['lists of broken objects', 'json', (a: number) => `{"spec": {"linear_layers": [${times(a * 20, '{},')}{}]}}`],
    ['lists of unknown fields', 'json', (a: number) => `{"spec": {"linear_layers": [${times(a * 20, '{"x":1},')}{}]}}`],
    ['duplicate keys', 'json', (a: number) => `{${times(a * 20, '"a":1,')}"a":1}`],
    ['lines', 'jsonl', (a: number) => times(a * 5, '{}\n[\n')],
  ] as const)('%s in %s', (_, format, shape) => {
    fc.assert(
      fc.property(size, (a) => expectBounded(shape(a), format)),
      { numRuns: 4, examples: [[200]] },
    )
  })
})

describe('checkManifest', () => {
  it('tells what an alias brings in once, whoever brings it in', () => {
    const text = readFileSync(new URL('../fixtures/manifests/amp-4kB.yaml', import.meta.url), 'utf8')
    const broken = (text.match(/\{\}/g) ?? []).length
    const { counts } = checkManifest(text)
    // Three fields are missing of each, twelve of the spec, and of each entity in which the alias stands at most its name.
    expect(counts.error).toBeGreaterThanOrEqual(3 * broken)
    expect(counts.error).toBeLessThan(3 * broken + 40)
  })

  it('lists errors before warnings, and those before infos, in the order of the text', () => {
    const text = 'trust_remote_code: true\nunknown: 1\nname: A\n---\nname: 5\n---\nname: 6\n'
    const lists = (maxDiagnostics: number) =>
      checkManifest(text, { maxDiagnostics }).diagnostics.map(({ line }) => line)
    expect(lists(2)).toStrictEqual([5, 7])
    expect(lists(4)).toStrictEqual([1, 2, 5, 7])
    expect(lists(5)).toStrictEqual([1, 2, 3, 5, 7])
    expect(lists(0)).toStrictEqual([])
  })

  it('names the first 50 steps to a place, and marks that there are more', () => {
    const locOf = (depth: number) =>
      checkManifest(`name: ab\ncustom_fields: ${times(depth, '{a: ')}no${times(depth, '}')}\n`).diagnostics[0]?.loc
    expect(locOf(49)).toStrictEqual(['custom_fields', ...Array.from({ length: 49 }, () => 'a')])
    expect(locOf(50)).toStrictEqual(['custom_fields', ...Array.from({ length: 49 }, () => 'a'), '…'])
  })

  it.each([-1, 1.5, Number.NaN])('refuses %d as a count', (maxDiagnostics) => {
    expect(() => checkManifest('', { maxDiagnostics })).toThrow(RangeError)
  })

  it('counts the errors of a long list without keeping them', () => {
    const { counts, diagnostics } = checkManifest(
      `{"name":"ab","spec":{"linear_layers":[${times(100_000, '{},')}{}]}}`,
      {
        format: 'json',
      },
    )
    expect(counts.error).toBe(300_003 + 12)
    expect(diagnostics).toHaveLength(1000)
  })
})
