import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { duplicateKeys } from '../../src/manifest/duplicate-keys.js'
import { checkManifest } from '../../src/manifest/index.js'
import { readSlowly } from '../../src/manifest/json-source.js'
import { quickJson } from '../../src/manifest/quick-json.js'
import { plainValue } from '../../src/manifest/source-node.js'
import { runs } from '../share.js'

/** Reads a text both ways, and compares if the quick reader takes it. Returns whether it does. */
function same(text: string): boolean {
  const quick = quickJson(text)
  if (quick === undefined) return false
  const slow = readSlowly(text)
  expect(slow.kind, text).toBe('value')
  if (slow.kind !== 'value') return false
  expect(duplicateKeys(slow.root), text).toStrictEqual([])
  expect(plainValue(slow.root), text).toStrictEqual(quick.value)
  return true
}

describe('the quick reader of JSON', () => {
  it('reads what our reader reads, or leaves it', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 5 }),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', '"', '\\', '{', ',', ':', 'a', '"a":1,'),
        (json, at, cut, extra) => {
          same(json)
          const place = at % (json.length + 1)
          same(json.slice(0, place) + extra + json.slice(place + cut))
        },
      ),
      runs(2000),
    )
  })

  it.each([
    '{"name":"a","spec":{"num_layers":"8"}}',
    '[{"a":[1,{"b":"\\u0041\\"x\\":"}]}]',
    ' {"a" : 1.5, "b": -3, "": null}\n',
    '"text"',
    '{"a":"x\\": y","b":"\\\\"}',
  ])('takes %s', (text) => expect(same(text)).toBe(true))

  it.each([
    ['a duplicate key', '{"a":1,"a":2}'],
    ['a duplicate key in escapes', '{"a":1,"\\u0061":2}'],
    ['an integer beyond 2^53', '{"a":9007199254740993}'],
    ['an integer written with a fraction', '{"a":8.0}'],
    ['an integer written with an exponent', '{"a":8e0}'],
    ['a syntax error', '{"a":1,}'],
    ['deep nesting', `${'['.repeat(200)}${']'.repeat(200)}`],
  ])('leaves %s', (_, text) => expect(quickJson(text)).toBeUndefined())
})

it('what is found in JSON does not depend on what else the file holds', () => {
  const line = '{"name":"ab","trust_remote_code":"no"}'
  const { diagnostics } = checkManifest(`{"name":"good"}\n${line}\n{"name":"better"}\n`, { file: 'm.jsonl' })
  expect(diagnostics.map(({ code, line, column }) => `${line}:${column} ${code}`)).toStrictEqual(['2:34 coerced-value'])
  const secret =
    '{"name":"good","api_endpoint":{"url":"https://h/","api_key":"hunter22"},"custom_fields":{"password":"hunter22"}}'
  const quoting = checkManifest(`${secret}\n{"name":"ab","hunter22":1}\n`, { file: 'm.jsonl' })
  expect(JSON.stringify(quoting)).not.toContain('hunter22')
})
