import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClientOptions, createClient } from '../../src/client/index.js'
import example from '../fixtures/example-response.json' with { type: 'json' }
import { type Behaviour, closedPort, json, type ScriptedServer, scriptedServer, text } from './scripted-server.js'

const ENTITY = {
  id: 'model-1',
  name: 'llama',
  workspace: 'default',
  project: null,
  created_at: '2026-11-25T20:23:16.597048',
  updated_at: '2026-11-25T20:23:16.597048',
  description: null,
  spec: null,
  finetuning_type: null,
  fileset: null,
  trust_remote_code: false,
  base_model: null,
  api_endpoint: null,
  backend_format: null,
  adapters: [],
  prompt: null,
  custom_fields: {},
  ownership: null,
  model_providers: [],
}
const CREATED = json(201, ENTITY)
const LISTED = [{ type: 'missing', loc: ['body', 'name'], msg: 'Field required', input: {} }]

let server: ScriptedServer | undefined
afterEach(() => server?.close())

/** A client of a server that behaves so. */
async function clientOf(script: Behaviour | readonly Behaviour[], options: Partial<ClientOptions> = {}) {
  server = await scriptedServer(...[script].flat())
  return createClient({ baseUrl: server.url, ...options })
}

async function create(script: Behaviour | readonly Behaviour[], options: Partial<ClientOptions> = {}) {
  return (await clientOf(script, options)).createModel('default', { name: 'llama' })
}

describe('an answer as the API describes it', () => {
  it('201 is the entity, checked', async () => {
    expect(await create(CREATED)).toEqual({ ok: true, status: 201, entity: ENTITY, attempts: 1 })
    expect(server?.received).toMatchObject([
      {
        method: 'POST',
        path: '/apis/models/v2/workspaces/default/models',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: '{"name":"llama"}',
      },
    ])
  })

  it('201 may be the example of the API page', async () => {
    expect(await create(json(201, example))).toMatchObject({ ok: true, entity: { name: example.name } })
  })

  it('422 is a list of errors, as the service wrote it', async () => {
    const detail = [...LISTED, { ...LISTED[0], ctx: { a: 1 }, url: 'https://host.com' }]
    expect(await create(json(422, { detail }))).toEqual({
      ok: false,
      status: 422,
      detail,
      source: 'service',
      attempts: 1,
    })
  })

  it('422 is a sentence where the route refuses a valid body', async () => {
    const detail = "Workspace 'none' does not exist. Please create the workspace first."
    expect(await create(json(422, { detail }))).toEqual({
      ok: false,
      status: 422,
      detail,
      source: 'service',
      attempts: 1,
    })
  })

  it('an integer in a 422 that a number would round keeps its digits', async () => {
    const body = '{"detail":[{"type":"int_parsing_size","loc":["body"],"msg":"","input":12345678901234567891}]}'
    expect(await create(text(422, body, { 'content-type': 'application/json' }))).toMatchObject({
      detail: [{ input: '12345678901234567891' }],
    })
  })

  it.each([400, 403, 409])('%i is a sentence', async (status) => {
    expect(await create(json(status, { detail: 'no' }))).toEqual({
      ok: false,
      status,
      detail: 'no',
      source: 'service',
      attempts: 1,
    })
  })
})

describe('any other answer', () => {
  it.each([
    [200, false],
    [401, false],
    [404, false],
    [413, false],
    [429, false],
    [500, true],
    [502, true],
    [503, false],
  ])('%i is told with its detail, and not sent again', async (status, isDone) => {
    expect(await create(json(status, { detail: 'why' }))).toMatchObject({
      ok: false,
      status: 'other',
      httpStatus: status,
      problem: 'unexpected-status',
      detail: 'why',
      body: '{"detail":"why"}',
      mayExist: isDone || status === 200,
      attempts: 1,
    })
  })

  it('204 has no body', async () => {
    expect(await create((response) => response.writeHead(204).end())).toMatchObject({ httpStatus: 204, body: '' })
  })

  it.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    const elsewhere = await scriptedServer(CREATED)
    const result = await create(text(status, '', { location: `${elsewhere.url}/x` }), {
      headers: { 'x-key': 'secret1' },
    })
    expect(result).toMatchObject({ status: 'other', httpStatus: status, problem: 'redirect', mayExist: false })
    expect(elsewhere.received).toEqual([])
    await elsewhere.close()
  })

  it.each([
    ['text/html', 201],
    ['text/plain', 422],
    ['application/octet-stream', 400],
    ['application/jsonp', 409],
  ])('%s is not JSON, whatever the body', async (type, status) => {
    expect(await create(text(status, JSON.stringify(ENTITY), { 'content-type': type }))).toMatchObject({
      status: 'other',
      httpStatus: status,
      problem: 'wrong-content-type',
      mayExist: status === 201,
    })
  })

  it.each(['application/json; charset=utf-8', 'application/vnd.api+json', 'Application/JSON'])(
    '%s is JSON',
    async (type) => {
      expect(await create(text(201, JSON.stringify(ENTITY), { 'content-type': type }))).toMatchObject({ ok: true })
    },
  )

  it('a body without a content type is read as JSON', async () => {
    expect(await create(text(201, JSON.stringify(ENTITY)))).toMatchObject({ ok: true })
  })

  it.each(['', '{', '<html>', '{"id": NaN}', `${JSON.stringify(ENTITY)}x`, new Uint8Array([0xff, 0xfe, 0xfd])])(
    'invalid JSON is told, with the body: %j',
    async (body) => {
      for (const status of [201, 422, 409]) {
        const result = await create(text(status, body, { 'content-type': 'application/json' }))
        expect(result).toMatchObject({ status: 'other', httpStatus: status, problem: 'invalid-json' })
        await server?.close()
      }
    },
  )

  it.each([null, [], 'text', 1, { detail: null }, { detail: [1] }, { detail: [{ msg: '', loc: 'x', type: '' }] }])(
    'JSON of another shape is told: %j',
    async (body) => {
      for (const status of [422, 409]) {
        expect(await create(json(status, body))).toMatchObject({ httpStatus: status, problem: 'unexpected-shape' })
        await server?.close()
      }
    },
  )

  it('a 409 with a list of errors is not what the API describes, but has its detail', async () => {
    expect(await create(json(409, { detail: LISTED }))).toMatchObject({ problem: 'unexpected-shape', detail: LISTED })
  })

  it('a 201 that is not an entity says where it is wrong, and that the model may exist', async () => {
    expect(await create(json(201, { ...ENTITY, id: 1, workspace: undefined }))).toMatchObject({
      ok: false,
      status: 'other',
      problem: 'unexpected-shape',
      errors: [
        { loc: ['id'], type: 'string_type' },
        { loc: ['workspace'], type: 'missing' },
      ],
      mayExist: true,
    })
  })

  it('an integer of an entity that a number would round is refused, or what the caller chooses', async () => {
    const body = JSON.stringify({ ...ENTITY, custom_fields: { n: 0 } }).replace(':0}', ':12345678901234567891}')
    const answer = text(201, body, { 'content-type': 'application/json' })
    expect(await create(answer)).toMatchObject({ errors: [{ loc: ['custom_fields', 'n'], type: 'int_parsing_size' }] })
    await server?.close()
    for (const options of [{ checkAnswers: false }, { integers: 'bigint' }] as const) {
      expect(await create(answer, options)).toMatchObject({ entity: { custom_fields: { n: 12345678901234567891n } } })
      await server?.close()
    }
    expect(await create(answer, { integers: 'number' })).toMatchObject({
      entity: { custom_fields: { n: 12345678901234567000 } },
    })
  })

  it('is not checked where the caller trusts the service, but is an object', async () => {
    expect(await create(json(201, { id: 1 }), { checkAnswers: false })).toMatchObject({ ok: true, entity: { id: 1 } })
    await server?.close()
    expect(await create(json(201, [1]), { checkAnswers: false })).toMatchObject({ problem: 'unexpected-shape' })
    await server?.close()
    expect(await create(text(201, '{'), { checkAnswers: false })).toMatchObject({ problem: 'invalid-json' })
  })

  it('a huge body is read up to the limit only', async () => {
    let sent = 0
    const flood: Behaviour = (response) => {
      response.writeHead(201, { 'content-type': 'application/json' })
      const more = (): void => {
        if (response.destroyed || sent > 50_000_000) return
        sent += 65_536
        if (response.write(' '.repeat(65_536))) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    }
    expect(await create(flood, { maxAnswerBytes: 1_000_000 })).toMatchObject({ httpStatus: 201, problem: 'too-large' })
    expect(sent).toBeLessThan(20_000_000)
  })

  it('the limit counts decompressed bytes', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, ' '))
    expect(bomb.length).toBeLessThan(10_000)
    const answer = text(201, bomb, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    expect(await create(answer, { maxAnswerBytes: 1_000_000 })).toMatchObject({ problem: 'too-large' })
  })

  it('a body of exactly the limit is read', async () => {
    const body = JSON.stringify(ENTITY)
    expect(await create(CREATED, { maxAnswerBytes: body.length })).toMatchObject({ ok: true })
    await server?.close()
    expect(await create(CREATED, { maxAnswerBytes: body.length - 1 })).toMatchObject({ problem: 'too-large' })
  })

  it('a body nested deeper than any entity is refused', async () => {
    const deep = '{"custom_fields":{"a":'.padEnd(200_000, '[')
    expect(await create(text(201, deep))).toMatchObject({ problem: 'invalid-json' })
    await server?.close()
    const closed = `${JSON.stringify(ENTITY).slice(0, -1)},"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    expect(await create(text(201, closed))).toMatchObject({ status: 'other', mayExist: true })
  })
})

describe('no complete answer', () => {
  it('a server that does not answer gives a time-out, once', async () => {
    const result = await create(() => {}, { timeoutMs: 100 })
    expect(result).toMatchObject({ status: 'timeout', mayExist: true, attempts: 1 })
    expect(result).not.toHaveProperty('httpStatus')
    expect(server?.received).toHaveLength(1)
  })

  it('a body that does not end gives a time-out with the status', async () => {
    const slow: Behaviour = (response) => {
      response.writeHead(201, { 'content-type': 'application/json' }).write('{')
    }
    expect(await create(slow, { timeoutMs: 200 })).toMatchObject({ status: 'timeout', httpStatus: 201, mayExist: true })
    await server?.close()
    const refused: Behaviour = (response) => {
      response.writeHead(409, { 'content-type': 'application/json' }).write('{')
    }
    expect(await create(refused, { timeoutMs: 200 })).toMatchObject({ httpStatus: 409, mayExist: false })
  })

  it('a fetch that ignores its signal is not waited for', async () => {
    const client = createClient({ baseUrl: 'http://host', timeoutMs: 50, fetch: () => new Promise(() => {}) })
    expect(await client.createModel('default', { name: 'a' })).toMatchObject({ status: 'timeout' })
  })

  it('headers that never come are not waited for, and nothing was sent', async () => {
    const client = await clientOf(CREATED, { timeoutMs: 50, headers: () => new Promise<never>(() => {}) })
    expect(await client.createModel('default', { name: 'a' })).toMatchObject({ status: 'timeout', mayExist: false })
    expect(server?.received).toEqual([])
  })

  it('a connection that is cut before the answer is not sent again', async () => {
    const result = await create((response) => response.socket?.destroy(), { retries: 5 })
    expect(result).toMatchObject({ status: 'network-error', mayExist: true, attempts: 1 })
    expect(server?.received).toHaveLength(1)
  })

  it('a connection that is cut in the body tells the status', async () => {
    const cut: Behaviour = (response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"id":', () => response.socket?.destroy())
    }
    expect(await create(cut)).toMatchObject({ status: 'network-error', httpStatus: 201, mayExist: true, attempts: 1 })
  })

  it('an answer that is no HTTP is a network error', async () => {
    const result = await create((response) => response.socket?.end('hello\r\n\r\n'))
    expect(result).toMatchObject({ status: 'network-error', mayExist: true })
  })

  it('a host that does not exist is a network error, and nothing was sent', async () => {
    const result = await createClient({ baseUrl: 'http://host.invalid' }).createModel('default', { name: 'a' })
    expect(result).toMatchObject({ status: 'network-error', mayExist: false, attempts: 1 })
  })

  it('a signal stops a call, before and after it is sent', async () => {
    const client = await clientOf(() => {})
    const options = { signal: AbortSignal.abort() }
    expect(await client.createModel('default', { name: 'a' }, options)).toMatchObject({
      status: 'aborted',
      mayExist: false,
      attempts: 0,
    })
    const later = { signal: AbortSignal.timeout(100) }
    expect(await client.createModel('default', { name: 'a' }, later)).toMatchObject({
      status: 'aborted',
      mayExist: true,
      attempts: 1,
    })
    expect(server?.received).toHaveLength(1)
  })
})

describe('a retry', () => {
  const BUSY = json(503, { detail: 'busy' }, { 'retry-after': '0' })

  it.each([429, 503])('follows a %i with Retry-After', async (status) => {
    const busy = json(status, { detail: 'busy' }, { 'retry-after': '0' })
    expect(await create([busy, busy, CREATED])).toMatchObject({ ok: true, attempts: 3 })
    expect(server?.received.map(({ body }) => body)).toEqual(Array(3).fill('{"name":"llama"}'))
  })

  it('waits as long as a date says, measured by the clock of the server', async () => {
    const inThePast = Date.UTC(1999, 11, 31, 23, 59, 59)
    const headers = {
      date: new Date(inThePast).toUTCString(),
      'retry-after': new Date(inThePast + 1000).toUTCString(),
    }
    const started = performance.now()
    expect(await create([json(503, {}, headers), CREATED])).toMatchObject({ ok: true, attempts: 2 })
    expect(performance.now() - started).toBeGreaterThan(990)
  })

  it('ends after `retries`, with the last answer', async () => {
    expect(await create(BUSY, { retries: 1 })).toMatchObject({ httpStatus: 503, retryAfterMs: 0, attempts: 2 })
    await server?.close()
    expect(await create(BUSY, { retries: 0 })).toMatchObject({ httpStatus: 503, attempts: 1 })
  })

  it('does not follow a wait that is too long, and tells it', async () => {
    const busy = json(429, {}, { 'retry-after': '3' })
    expect(await create(busy, { maxRetryAfterMs: 2999 })).toMatchObject({ attempts: 1, retryAfterMs: 3000 })
  })

  it.each([undefined, '-1', '1.5', 'soon', ''])('does not follow the Retry-After %j', async (value) => {
    const busy = json(503, {}, value === undefined ? {} : { 'retry-after': value })
    const result = await create(busy)
    expect(result).toMatchObject({ httpStatus: 503, attempts: 1 })
    expect(result).not.toHaveProperty('retryAfterMs')
  })

  it.each([500, 502, 504, 408, 409])('does not follow a %i, whatever its Retry-After', async (status) => {
    expect(await create(json(status, { detail: 'x' }, { 'retry-after': '0' }))).toMatchObject({ attempts: 1 })
  })

  it('is stopped by the signal while it waits', async () => {
    const client = await clientOf(json(503, {}, { 'retry-after': '20' }))
    const options = { signal: AbortSignal.timeout(100) }
    expect(await client.createModel('default', { name: 'a' }, options)).toMatchObject({
      status: 'aborted',
      mayExist: false,
      attempts: 1,
    })
  })

  it.each(['127.0.0.1', 'localhost'])('follows a refused connection to %s', async (host) => {
    const client = createClient({ baseUrl: `http://${host}:${await closedPort()}`, retries: 1 })
    const result = await client.createModel('default', { name: 'a' })
    expect(result).toMatchObject({ status: 'network-error', code: 'ECONNREFUSED', mayExist: false, attempts: 2 })
  })

  it('finds a server that starts late', async () => {
    const port = await closedPort()
    const client = createClient({ baseUrl: `http://127.0.0.1:${port}`, retries: 4 })
    const pending = client.createModel('default', { name: 'a' })
    const { createServer } = await import('node:http')
    const late = createServer((_, response) => {
      response.writeHead(201, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(ENTITY))
    })
    setTimeout(() => late.listen(port, '127.0.0.1'), 300)
    const result = await pending
    late.close()
    expect(result).toMatchObject({ ok: true })
    expect(result.attempts).toBeGreaterThan(1)
  })

  it('asks for new headers each time', async () => {
    let calls = 0
    const headers = async () => {
      calls += 1
      return { authorization: `Bearer token-${calls}` }
    }
    expect(await create([BUSY, CREATED], { headers })).toMatchObject({ ok: true })
    expect(server?.received.map((each) => each.headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2'])
  })
})

describe('the request', () => {
  it('is checked before it is sent, where the caller asks for it', async () => {
    const client = await clientOf(CREATED, { checkRequests: true })
    expect(await client.createModel('default', { name: 'two words' })).toMatchObject({
      ok: false,
      status: 422,
      source: 'client',
      detail: [{ loc: ['body', 'name'], type: 'string_pattern_mismatch' }],
      attempts: 0,
    })
    expect(server?.received).toEqual([])
    expect(await client.createModel('default', { name: 'llama' })).toMatchObject({ ok: true, attempts: 1 })
  })

  it('is sent as it was given: the check changes nothing', async () => {
    const client = await clientOf(CREATED, { checkRequests: true })
    await client.createModel('default', { name: 'llama', custom_fields: { big: 2n ** 60n, none: undefined } })
    expect(server?.received[0]?.body).toBe('{"name":"llama","custom_fields":{"big":1152921504606846976}}')
  })

  it.each([
    ['a b', 'a%20b'],
    ['team+x@y:z', 'team%2Bx%40y%3Az'],
    ['é', '%C3%A9'],
    ['%2e%2e', '%252e%252e'],
    ['a?b#c', 'a%3Fb%23c'],
    ['a\\b', 'a%5Cb'],
    ['...', '...'],
  ])('encodes the workspace %j', async (workspace, encoded) => {
    const client = await clientOf(CREATED)
    await client.createModel(workspace, { name: 'llama' })
    expect(server?.received[0]?.path).toBe(`/apis/models/v2/workspaces/${encoded}/models`)
  })

  it.each(['', '.', '..', 'a/b', '/', '\ud800'])(
    'throws for the workspace %j, which no path can hold',
    async (workspace) => {
      const client = await clientOf(CREATED)
      await expect(client.createModel(workspace, { name: 'llama' })).rejects.toThrow(RangeError)
      expect(server?.received).toEqual([])
    },
  )

  it('throws for a workspace that is not a text', async () => {
    const client = await clientOf(CREATED)
    await expect(client.createModel(undefined as never, { name: 'llama' })).rejects.toThrow(
      '`workspace` should be a string',
    )
  })

  it.each([
    [{ name: 'a', custom_fields: { n: Number.NaN } }, 'request["custom_fields"]["n"]'],
    [{ name: 'a', custom_fields: { at: new Date(0) } }, 'request["custom_fields"]["at"]'],
    [{ name: 'a', custom_fields: { list: [1, undefined] } }, 'request["custom_fields"]["list"][1]'],
    [{ name: 'a', custom_fields: { list: Array(1) } }, 'request["custom_fields"]["list"][0]'],
    [{ name: 'a', custom_fields: { map: new Map() } }, 'request["custom_fields"]["map"]'],
    [{ name: 'a', custom_fields: { f: () => 1 } }, 'request["custom_fields"]["f"]'],
    [undefined, 'request'],
  ])('throws for what JSON cannot represent, with its place: %o', async (request, place) => {
    const client = await clientOf(CREATED)
    await expect(client.createModel('default', request as never)).rejects.toThrow(
      `\`${place}\` cannot be written as JSON`,
    )
    expect(server?.received).toEqual([])
  })

  it('throws for a request that contains itself', async () => {
    const custom_fields: Record<string, unknown> = {}
    custom_fields['self'] = custom_fields
    const client = await clientOf(CREATED)
    await expect(client.createModel('default', { name: 'a', custom_fields })).rejects.toThrow('contains itself')
  })

  it('throws for an option that it does not have', async () => {
    const client = await clientOf(CREATED)
    await expect(client.createModel('default', { name: 'a' }, { sginal: 1 } as never)).rejects.toThrow(
      'unknown option `sginal`; did you mean `signal`?',
    )
    await expect(client.createModel('default', { name: 'a' }, { signal: 1 } as never)).rejects.toThrow(
      '`signal` should be an AbortSignal',
    )
  })
})

describe('the base URL', () => {
  it.each([
    ['', ''],
    ['/', ''],
    ['/gateway', '/gateway'],
    ['/gateway/', '/gateway'],
    ['/a/b//', '/a/b'],
    ['/a/../b', '/b'],
  ])('%j at its end is joined once', async (end, prefix) => {
    server = await scriptedServer(CREATED)
    await createClient({ baseUrl: server.url + end }).createModel('w', { name: 'llama' })
    expect(server.received[0]?.path).toBe(`${prefix}/apis/models/v2/workspaces/w/models`)
  })

  it.each([
    ['/apis', 'an absolute URL'],
    ['host.com', 'an absolute URL'],
    ['', 'an absolute URL'],
    ['ftp://host.com', 'https:// or http://'],
    ['localhost:8080', 'https:// or http://'],
    ['https://me:hunter22@host.com', 'without user and password'],
    ['https://hunter22@host.com', 'without user and password'],
    ['https://host.com?key=hunter22', 'without a query'],
    ['https://host.com/?', 'without a query'],
    ['https://host.com#hunter22', 'without a query'],
    ['https://me:hunter22@host.com:99999', 'an absolute URL'],
  ])('%j is refused, without quoting it', (baseUrl, expected) => {
    const error = thrownBy(() => createClient({ baseUrl }))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(expected)
    expect(String(error)).not.toContain('hunter22')
  })
})

describe('secrets', () => {
  const SECRET = 'sk-verysecret-0123456789'

  it.each([
    [{ authorization: `Bearer ${SECRET}\u0000` }],
    [{ authorization: `Bearer ${SECRET}\r\nx: y` }],
    [{ authorization: `Bearer ${SECRET}…` }],
    [{ [`bad name`]: SECRET }],
    [{ 'Content-Type': SECRET }],
    [{ Host: SECRET }],
    [{ 'x-key': SECRET, 'X-Key': SECRET }],
  ])('a header that cannot be sent is refused by name: %o', (headers) => {
    const error = thrownBy(() => createClient({ baseUrl: 'https://host.com', headers }))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).not.toContain(SECRET)
  })

  it('a line end after a token is dropped, as fetch does', async () => {
    await create(CREATED, { headers: { authorization: `Bearer ${SECRET}\n` } })
    expect(server?.received[0]?.headers.authorization).toBe(`Bearer ${SECRET}`)
  })

  it('a wrong header from a function rejects the call, by name', async () => {
    const client = await clientOf(CREATED, { headers: () => ({ authorization: `${SECRET}\u0001` }) })
    const error = await client.createModel('default', { name: 'a' }).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('authorization')
    expect(String(error)).not.toContain(SECRET)
  })

  it('are masked where an answer quotes them', async () => {
    const headers = { authorization: `Bearer ${SECRET}`, 'x-key': 'abcdef-123456' }
    const page = `<p>Bad token ${SECRET} or abcdef-123456; api_key: "sk-other-key-9876543"; https://u:pw123456@h/</p>`
    const result = await create(text(401, page, { 'content-type': 'text/html' }), { headers })
    expect(result).toMatchObject({ status: 'other', httpStatus: 401, body: expect.stringContaining('***') })
    const printed = JSON.stringify(result)
    for (const secret of [SECRET, 'abcdef-123456', 'sk-other-key', 'pw123456']) expect(printed).not.toContain(secret)
  })

  it('are masked where the end of an excerpt would cut them', async () => {
    const page = `${'x'.repeat(990)} ${SECRET}`
    const result = await create(text(500, page), { headers: { authorization: `Bearer ${SECRET}` } })
    expect(JSON.stringify(result)).not.toContain('sk-very')
  })

  it('of an error that fetch throws stay in it', async () => {
    const fail = async () => {
      throw Object.assign(new TypeError(`cannot send ${SECRET}`), { code: `E ${SECRET}`, cause: new Error(SECRET) })
    }
    const client = createClient({ baseUrl: 'https://host.com', headers: { authorization: SECRET }, fetch: fail })
    const result = await client.createModel('default', { name: 'a', api_endpoint: null })
    expect(result).toMatchObject({
      status: 'network-error',
      message: 'https://host.com did not answer',
      mayExist: true,
    })
    expect(JSON.stringify(result)).not.toContain(SECRET)
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
