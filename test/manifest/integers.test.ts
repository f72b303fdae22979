import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkManifest } from '../../src/manifest/index.js'
import { validateJson } from '../../src/validation/index.js'
import { runCli } from '../cli/run-cli.js'

/** An integer at an edge of 53, 63, 64 or 1,024 bits. */
const edge = fc
  .record({ bits: fc.constantFrom(53n, 63n, 64n, 1024n), off: fc.bigInt(-2n, 2n), isNegative: fc.boolean() })
  .map(({ bits, off, isNegative }) => String((2n ** bits + off) * (isNegative ? -1n : 1n)))

/** An integer of so many digits: the edges of what a float holds, and of what Python reads. */
const long = fc
  .record({
    digits: fc.oneof(fc.constantFrom(308, 309, 310, 311, 4299, 4300, 4301, 4302), fc.integer({ min: 300, max: 5000 })),
    digit: fc.constantFrom('1', '9'),
    sign: fc.constantFrom('', '-'),
  })
  .map(({ digits, digit, sign }) => sign + digit.repeat(digits))

const written = fc
  .tuple(fc.oneof(edge, long), fc.constantFrom('', '.0', 'e0', '"'))
  .map(([text, form]) => (form === '"' ? `"${text}"` : text + form))

/** Where an integer may stand: fields of each kind, and free data. */
const PLACES: readonly ((number: string) => string)[] = [
  (number) => `{"name": "ab", "spec": ${spec(number)}}`,
  (number) => `{"name": "ab", "trust_remote_code": ${number}}`,
  (number) => `{"name": "ab", "prompt": {"inference_params": {"temperature": ${number}, "max_tokens": ${number}}}}`,
  (number) => `{"name": "ab", "prompt": {"inference_params": {"seed": [${number}]}}}`,
  (number) => `{"name": "ab", "custom_fields": {"a": {"b": ${number}}}, "ownership": {"c": ${number}}}`,
  (number) => `{"name": ${number}, "description": ${number}}`,
  (number) => `{"name": "ab", "custom_fields": ${number}, "unknown": ${number}}`,
]

function spec(number: string): string {
  const fields = { num_layers: number, num_attention_heads: 4, hidden_size: 8, vocab_size: 9, context_size: 8 }
  return `{${Object.entries(fields)
    .map(([key, value]) => `"${key}": ${value}`)
    .join(', ')}, "minimum_gpus_lora": ${number}}`
}

/** What the service says of a text: the types and places of its errors, or that it cannot be read. */
function errorsOfService(text: string): readonly string[] {
  const answer = validateJson('CreateModelEntityRequest', text)
  if (answer.ok) return []
  if (answer.status !== 422) return ['unreadable']
  return answer.detail.map(({ type, loc }) => `${type} ${loc.slice(1).join('.')}`).sort()
}

function errorsOfCheck(text: string, file: string): readonly string[] {
  const { diagnostics } = checkManifest(text, { file })
  return errorsIn(diagnostics)
}

function errorsIn(
  diagnostics: readonly { severity: string; code: string; loc: readonly (string | number)[]; message: string }[],
): readonly string[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.some(({ code }) => code === 'json_invalid')) return ['unreadable']
  return errors.map(({ code, loc }) => `${code} ${loc.join('.')}`).sort()
}

describe('an integer at an edge', () => {
  it('has the same errors in a JSON manifest as in a request', () => {
    fc.assert(
      fc.property(written, fc.constantFrom(...PLACES), (number, place) => {
        const text = place(number)
        expect(errorsOfCheck(text, 'm.json')).toStrictEqual(errorsOfService(text))
      }),
    )
  })

  it('has the same errors in a YAML manifest of at most 4,300 digits', () => {
    const short = written.filter((number) => number.replace(/\D/g, '').length <= 4300)
    fc.assert(
      fc.property(short, fc.constantFrom(...PLACES), (number, place) => {
        const text = place(number)
        expect(errorsOfCheck(text, 'm.yaml')).toStrictEqual(errorsOfService(text))
      }),
    )
  })
})

describe('the command', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'integers-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('says the same of a hundred files', () => {
    const texts = fc
      .sample(fc.tuple(written, fc.constantFrom(...PLACES)), { numRuns: 100, seed: 7 })
      .map(([number, place]) => place(number))
    texts.forEach((text, index) => {
      writeFileSync(join(folder, `${index}.json`), text)
    })
    const files = texts.map((_, index) => `${index}.json`)
    const { stdout } = runCli(['check', '--format', 'json', ...files], { cwd: folder })
    const { diagnostics } = JSON.parse(stdout)
    const said = files.map((file) =>
      errorsIn(
        diagnostics.filter(
          (one: { file: string; code: string }) => one.file === file && one.code !== 'duplicate-entity',
        ),
      ),
    )
    expect(said).toStrictEqual(texts.map(errorsOfService))
  })
})
