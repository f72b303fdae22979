import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readLines } from '../oracle/records.js'
import { comparableSent } from '../oracle/server/compare.js'
import { type SentRecord, send } from '../oracle/server/sent-body.js'
import { SERVERS, type TestServer } from './servers.js'

const RECORDS = readLines<SentRecord>(new URL('../fixtures/fastapi/sent.jsonl.gz', import.meta.url))

describe.each(Object.entries(SERVERS))('a server on %s', (_, serve) => {
  let server: TestServer

  beforeAll(async () => {
    server = await serve()
  })
  afterAll(() => server.close())

  it('answers every recorded body as the service does: status, content type and body', async () => {
    for (const record of RECORDS) {
      expect(comparableSent(await send(server.origin, record)), JSON.stringify(record)).toEqual(comparableSent(record))
    }
  })
})

it('the records have every status of the service', () => {
  expect(new Set(RECORDS.map(({ status }) => status))).toEqual(new Set([200, 400, 422]))
})
