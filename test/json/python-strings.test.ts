import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { jsonValue, readJson } from '../../src/json/index.js'

type PythonAnswer = { readonly value: string } | { readonly message: string; readonly position: number }

/** What `json.loads` of CPython answers to strings with every escape, at the limits of surrogates, and cut off anywhere. */
const url = new URL('../fixtures/fastapi/python-strings.json', import.meta.url)
const records: readonly (readonly [string, PythonAnswer])[] = JSON.parse(readFileSync(url, 'utf8'))

it('reads strings like Python, and refuses them with its message at its position', () => {
  expect(records.length).toBeGreaterThan(100)
  for (const [text, answer] of records) {
    const read = readJson(text)
    const given = read.ok
      ? { value: jsonValue(read.root) }
      : { message: read.error.message, position: read.error.position }
    expect([text, given]).toEqual([text, answer])
  }
})
