import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkManifest } from '../../src/manifest/index.js'

const EXAMPLES = new URL('../../examples/', import.meta.url)

/** What each example is found to hold, as `line:column code`; the ones that are not here are clean. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'broken/duplicate.json': ['4:3 duplicate_key'],
  'broken/inconsistent.yaml': [
    '3:10 invalid-reference',
    '4:13 own-base-model',
    '12:17 heads-not-divisible',
    '17:24 parameter-count-mismatch',
    '18:14 unknown-precision',
    '21:26 experts-per-token-exceed-experts',
    '22:24 expert-layers-exceed-layers',
    '24:18 window-exceeds-context',
    '26:22 gpus-out-of-order',
  ],
  // A misspelt required key is one diagnostic: what is missing, with the place of the key as a second one.
  'broken/names.yaml': ['3:1 unknown-field', '4:1 missing', '4:1 missing'],
  'broken/secrets.yaml': [
    '3:20 trust-remote-code',
    '5:8 insecure-endpoint',
    '6:12 inline-api-key',
    '8:27 unknown-placeholder',
    '9:26 few-shot-examples-unused',
    '11:18 temperature-zero',
  ],
  'broken/syntax.yaml': ['4:70 yaml_syntax'],
  'broken/types.yaml': [
    '2:7 string_pattern_mismatch',
    '6:15 int_parsing',
    '7:16 int_from_float',
    '12:20 bool_parsing',
    '15:3 string_type',
  ],
  'broken/typo.yaml': ['2:1 unknown-field', '3:20 bool_parsing'],
  'page/example-response.json': [
    '20:28 parameter-count-mismatch',
    '72:16 inline-api-key',
    '99:21 both-token-limits',
    '107:31 unknown-placeholder',
  ],
}

const FILES = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.(?:ya?ml|json|jsonl)$/.test(file) && !/^(?:registry|ci|spark)\//.test(file))

describe('the examples', () => {
  it.each(FILES)('%s is found to be what it teaches', (file) => {
    const { diagnostics } = checkManifest(readFileSync(fileURLToPath(new URL(file, EXAMPLES))), { file })
    expect(diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual(EXPECTED[file] ?? [])
  })

  it('hold every one that an expectation names', () => {
    expect(FILES).toEqual(expect.arrayContaining(Object.keys(EXPECTED)))
  })
})
