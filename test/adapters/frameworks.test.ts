import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import 'reflect-metadata'
import { Body, Controller, Module, type PipeTransform, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Elysia } from 'elysia'
import express, { type ErrorRequestHandler } from 'express'
import { Hono } from 'hono'
import { hc } from 'hono/client'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as ofElysia from '../../src/adapters/elysia.js'
import * as ofExpress from '../../src/adapters/express.js'
import * as ofHono from '../../src/adapters/hono.js'
import { type RequestOptions, validateRequest } from '../../src/adapters/index.js'
import { RefusedBodyFilter, ValidBody, ValidBodyPipe } from '../../src/adapters/nestjs.js'
import type { Model } from '../../src/validation/index.js'

const JSON_TYPE = { 'content-type': 'application/json' }

interface Sent {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

/** Sends a body to a route with the options, on one framework. */
type Send = (options: RequestOptions<'CreateModelEntityRequest'>, body: string, headers?: object) => Promise<Sent>

const FRAMEWORKS: Readonly<Record<string, Send>> = {
  validateRequest: async (options, body, headers = JSON_TYPE) => {
    const result = await validateRequest('CreateModelEntityRequest', requestOf(body, headers), options)
    return sentOf(result.ok ? Response.json(result.value) : result.response)
  },
  hono: async (options, body, headers = JSON_TYPE) => {
    const app = new Hono()
    app.post('/', ofHono.validBody('CreateModelEntityRequest', options), (c) => c.json(c.req.valid('json')))
    return sentOf(await app.fetch(requestOf(body, headers)))
  },
  elysia: async (options, body, headers = JSON_TYPE) => {
    const hook = ofElysia.validBody('CreateModelEntityRequest', options)
    const app = new Elysia().post('/', ({ body }) => Response.json(body), hook)
    return sentOf(await app.fetch(requestOf(body, headers)))
  },
  express: async (options, body, headers = JSON_TYPE) => {
    const app = express()
    app.post('/', ofExpress.validBody('CreateModelEntityRequest', options), (req, res) => {
      res.json(req.body)
    })
    return sentTo(app, body, headers)
  },
  nestjs: async (options, body, headers = JSON_TYPE) => {
    class Models {
      create(value: unknown) {
        return value
      }
    }
    ValidBody('CreateModelEntityRequest', options)(Models.prototype, 'create', 0)
    return sentToNest(Models, body, headers)
  },
}

describe.each(Object.entries(FRAMEWORKS))('%s', (_, send) => {
  it('gives the handler the value, with its defaults', async () => {
    const { body } = await send({}, '{"name": "m", "trust_remote_code": "yes"}')
    expect(body).toMatchObject({ name: 'm', trust_remote_code: true, model_providers: [], spec: null })
  })

  it('answers 413 beyond maxBytes, declared or not, and nothing at the limit', async () => {
    const body = `{"name": "${'m'.repeat(100)}"}`
    const tooLarge = await send({ maxBytes: body.length - 1 }, body)
    expect([tooLarge.status, tooLarge.body]).toEqual([413, { detail: 'Content Too Large' }])
    expect((await send({ maxBytes: body.length }, body)).status).toBeLessThan(202)
  })

  it('answers 415 with requireJson, and says what is accepted', async () => {
    const text = await send({ requireJson: true }, '{"name": "m"}', { 'content-type': 'text/plain' })
    expect([text.status, text.body, text.headers.get('accept')]).toEqual([
      415,
      { detail: 'Unsupported Media Type' },
      'application/json',
    ])
    const zipped = await send({ requireJson: true }, '{"name": "m"}', { ...JSON_TYPE, 'content-encoding': 'gzip' })
    expect([zipped.status, zipped.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    expect((await send({ requireJson: true }, '', {})).status).toBe(422)
    expect((await send({ requireJson: true }, '{"name": "m"}')).status).toBeLessThan(202)
  })

  it('answers what the create route refuses, and waits for what it needs to know', async () => {
    const options = {
      creation: async ({ name }: { name: string }) => ({ workspace: 'w', state: { hasModel: () => name === 'llama' } }),
    }
    expect(await send(options, '{"name": "llama"}')).toMatchObject({
      status: 409,
      body: { detail: "Model with workspace 'w' and name 'llama' already exists" },
    })
    expect(await send(options, '{"name": "Phi"}')).toMatchObject({ status: 422, body: { detail: expect.any(String) } })
    expect((await send(options, '{"name": "phi"}')).status).toBeLessThan(202)
  })

  it('tells a log what it refuses, with secrets masked; the body shows them unless it is told not to', async () => {
    const secret = '{"name": "m", "api_endpoint": {"api_key": ["nvapi-hidden"], "url": "https://u:pw@["}}'
    const logged: unknown[] = []
    const onRefused = (refused: unknown) => logged.push(refused)
    const shown = await send({ onRefused }, secret)
    expect(JSON.stringify(shown.body)).toContain('nvapi-hidden')
    const masked = await send({ onRefused, redact: 'logs-and-bodies' }, secret)
    expect(JSON.stringify([masked.body, logged])).not.toMatch(/nvapi|u:pw/)
    expect(JSON.stringify((await send({ hideInput: true }, secret)).body)).not.toContain('nvapi')
  })

  it('keeps 64-bit ids with integers', async () => {
    const ids = '{"name": "m", "custom_fields": {"id": 9007199254740993}}'
    expect((await send({}, ids)).status).toBe(422)
    expect(await send({ integers: 'number' }, ids)).toMatchObject({ body: { custom_fields: { id: 2 ** 53 } } })
  })
})

describe('a body that has been read before', () => {
  it('fails and says why, for web requests', async () => {
    const request = requestOf('{"name": "m"}', JSON_TYPE)
    await request.text()
    await expect(validateRequest('Lora', request)).rejects.toThrow('has been read already')
    const app = new Hono()
    app.onError((error) => new Response(error.message, { status: 500 }))
    app.use(async (c, next) => {
      await c.req.json()
      await next()
    })
    app.post('/', ofHono.validBody('Lora'), (c) => c.text('never'))
    expect(await (await app.fetch(requestOf('{"rank": 8}', JSON_TYPE))).text()).toContain('has been read already')
  })

  it('fails in Express after express.json(), and works after express.raw()', async () => {
    const failure: ErrorRequestHandler = (error, _req, res, _next) => {
      res.status(500).json(error.message)
    }
    const echo = ofExpress.validBody('Lora')
    const parsed = express().use(express.json()).post('/', echo).use(failure)
    expect((await sentTo(parsed, '{"rank": 8}', JSON_TYPE)).body).toContain('has been read already')
    const raw = express().use(express.raw({ type: () => true }))
    raw.post('/', echo, (req, res) => {
      res.json(req.body)
    })
    expect((await sentTo(raw, '{"rank": "8"}', JSON_TYPE)).body).toEqual({ rank: 8, alpha: null })
  })
})

describe('types', () => {
  it('are those of the value, in every handler', () => {
    express().post('/models/:workspace', ofExpress.validBody('Lora'), ({ body, params }) => {
      expectTypeOf(body.alpha).toEqualTypeOf<number | null>()
      expectTypeOf(params['workspace']).toEqualTypeOf<string | undefined>()
    })
    new Elysia().post(
      '/',
      ({ body }) => expectTypeOf(body.alpha).toEqualTypeOf<number | null>(),
      ofElysia.validBody('Lora'),
    )
    const app = new Hono().post('/', ofHono.validBody('Lora'), (c) => {
      expectTypeOf(c.req.valid('json').alpha).toEqualTypeOf<number | null>()
      return c.text('')
    })
    const client = hc<typeof app>('http://localhost')
    type Given = Parameters<typeof client.index.$post>[0]['json']
    expectTypeOf<{ rank: number }>().toExtend<Given>()
  })
})

describe("Nest's pipe", () => {
  it('validates a parsed body, and answers the status and detail of the service', async () => {
    class Loras {
      create(value: unknown) {
        return value
      }
    }
    const pipe: PipeTransform = new ValidBodyPipe('Lora')
    Body(pipe)(Loras.prototype, 'create', 0)
    expect((await sentToNest(Loras, '{"rank": "8"}', JSON_TYPE, true)).body).toEqual({ rank: 8, alpha: null })
    expect(await sentToNest(Loras, '{"rank": 1.5}', JSON_TYPE, true)).toMatchObject({
      status: 422,
      body: { detail: [{ type: 'int_from_float', loc: ['body', 'rank'] }] },
    })
  })
})

it('a definition that is not supported is refused where the route is declared', () => {
  const model: Model = { type: 'object', properties: { a: { not: {} } } }
  for (const { validBody } of [ofExpress, ofHono, ofElysia]) expect(() => validBody(model)).toThrow(TypeError)
  expect(() => ValidBody(model)).toThrow(TypeError)
  expect(() => ofExpress.validBody('Loar' as 'Lora')).toThrow('did you mean "Lora"?')
})

function requestOf(body: string, headers: object): Request {
  const init = { method: 'POST', headers: Object.entries(headers), body: new TextEncoder().encode(body) }
  return new Request('http://localhost/', init)
}

async function sentOf(response: Response): Promise<Sent> {
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text), headers: response.headers }
}

async function sentTo(app: express.Express, body: string, headers: object): Promise<Sent> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await sentOf(await fetch(urlOf(server.address()), requestOf(body, headers)))
  } finally {
    server.close()
  }
}

async function sentToNest(
  controller: new () => object,
  body: string,
  headers: object,
  bodyParser = false,
): Promise<Sent> {
  const create = Object.getOwnPropertyDescriptor(controller.prototype, 'create') ?? {}
  Post()(controller.prototype, 'create', create)
  Controller()(controller)
  class App {}
  Module({ controllers: [controller] })(App)
  const app = await NestFactory.create(App, { bodyParser, logger: false })
  app.useGlobalFilters(new RefusedBodyFilter())
  await app.listen(0, '127.0.0.1')
  try {
    return await sentOf(await fetch(urlOf(app.getHttpServer().address()), requestOf(body, headers)))
  } finally {
    await app.close()
  }
}

function urlOf(address: AddressInfo | string | null): string {
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
}
