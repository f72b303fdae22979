import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { OurRegistry } from '../../oracle/http/answers.js'

/** What the running platform answered to requests, one after the other. */
interface Recorded {
  readonly workspace: string
  readonly body: { readonly name: string }
  readonly status: number
  readonly answer: { readonly detail?: unknown }
}

it.each(['http', 'http-combinations'])('each request of %s is answered as the platform answers it', (file) => {
  const registry = new OurRegistry()
  const records = recordsOf(file)
  expect(records.length).toBeGreaterThan(80)
  for (const { workspace, body, status, answer } of records) {
    const expected = status === 201 ? { status } : { status, detail: answer.detail }
    expect(registry.answer({ workspace, body }), JSON.stringify({ workspace, body }).slice(0, 300)).toStrictEqual(
      expected,
    )
  }
})

function recordsOf(file: string): Recorded[] {
  const lines = gunzipSync(readFileSync(new URL(`../../fixtures/fastapi/${file}.jsonl.gz`, import.meta.url)))
  return lines
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
