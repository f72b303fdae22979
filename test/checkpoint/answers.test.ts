import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { answers } from './answers-of-checkpoints.js'

/** The answers, as they are recorded. Read them when they change. */
const RECORDED: Readonly<Record<string, unknown>> = JSON.parse(
  gunzipSync(readFileSync(new URL('../fixtures/checkpoint/answers.json.gz', import.meta.url))).toString('utf8'),
)

it(`checkpoints have the ${Object.keys(RECORDED).length} recorded answers: specs, notes, comparisons and errors`, async () => {
  expect(await answers()).toStrictEqual(RECORDED)
})
