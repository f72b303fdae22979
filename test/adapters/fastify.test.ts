import fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import { describe, expect, it } from 'vitest'
import { type FastifyRequestOptions, type ModelEntityTypeProvider, modelEntity } from '../../src/adapters/fastify.js'
import { CreateModelEntityRequest, Lora } from '../../src/schemas/index.js'

/** An app with one route that answers with the body. */
async function appWith(options: FastifyRequestOptions = {}, route: Partial<RouteOptions> = {}, app = fastify()) {
  await app.register(modelEntity, options)
  app.route({
    method: 'POST',
    url: '/models/:workspace',
    schema: { body: CreateModelEntityRequest },
    handler: async ({ body, headers, query }) => ({ body, type: headers['content-type'], query }),
    ...route,
  })
  return app
}

function post(app: FastifyInstance, payload: string, query = '') {
  const headers = { 'content-type': 'application/json' }
  return app.inject({ method: 'POST', url: `/models/default${query}`, headers, payload })
}

describe('the plugin', () => {
  it('gives the handler the value, with its defaults, and the headers as they were sent', async () => {
    const { body, type } = (await post(await appWith(), '{"name": "m", "trust_remote_code": "yes"}')).json()
    expect(body).toMatchObject({ name: 'm', trust_remote_code: true, description: null, model_providers: [] })
    expect(type).toBe('application/json')
  })

  it('keeps nulls, which Ajv would turn into 0 and ""', async () => {
    const app = await appWith(
      {},
      { schema: { body: Lora } },
      fastify({ ajv: { customOptions: { coerceTypes: true } } }),
    )
    expect((await post(app, '{"rank": "8", "alpha": null}')).json().body).toEqual({ rank: 8, alpha: null })
  })

  it('leaves the other parts of the schema to Ajv', async () => {
    const querystring = { type: 'object', properties: { dry: { type: 'boolean' } } }
    const app = await appWith({}, { schema: { body: Lora, querystring } })
    expect((await post(app, '{"rank": 8}', '?dry=true')).json().query).toEqual({ dry: true })
    expect((await post(app, '{"rank": 8}', '?dry=maybe')).statusCode).toBe(400)
  })

  it('leaves the schema of the body to plugins that describe routes', async () => {
    const app = fastify()
    const routes: RouteOptions[] = []
    app.addHook('onRoute', (route) => {
      routes.push(route)
    })
    await (await appWith({}, {}, app)).ready()
    expect(routes[0]?.schema?.body).toBe(CreateModelEntityRequest)
  })

  it('runs hooks of the route around its own: before with the bytes, after with the value', async () => {
    const seen: unknown[] = []
    const app = await appWith(
      {},
      {
        preParsing: async (_, __, payload) => {
          seen.push(payload.readableDidRead)
          return payload
        },
        preValidation: async ({ body }) => {
          seen.push(body)
        },
        schema: { body: Lora },
      },
    )
    await post(app, '{"rank": 8}')
    expect(seen).toEqual([false, { rank: 8, alpha: null }])
  })

  it('answers what the create route refuses, with the values that the route knows', async () => {
    const app = await appWith({
      creation: (value, { params }) => ({
        workspace: String(Reflect.get(Object(params), 'workspace')),
        state: { hasModel: (workspace, name) => workspace === 'default' && name === 'llama' && value !== null },
      }),
    })
    const taken = await post(app, '{"name": "llama"}')
    expect(taken.statusCode).toBe(409)
    expect(taken.json()).toEqual({ detail: "Model with workspace 'default' and name 'llama' already exists" })
    expect((await post(app, '{"name": "a"}')).statusCode).toBe(422)
    expect((await post(app, '{"name": "phi"}')).statusCode).toBe(200)
  })

  it('takes the limit of the route, then its own, then that of the instance', async () => {
    const long = `{"name": "${'m'.repeat(100)}"}`
    expect((await post(await appWith({}, { bodyLimit: 50 }), long)).statusCode).toBe(413)
    expect((await post(await appWith({ maxBytes: 50 }), long)).json()).toEqual({ detail: 'Content Too Large' })
    expect((await post(await appWith({}, {}, fastify({ bodyLimit: 50 })), long)).statusCode).toBe(413)
    expect((await post(await appWith({ maxBytes: 500 }, {}, fastify({ bodyLimit: 50 })), long)).statusCode).toBe(200)
  })

  it('takes options for one route, and leaves a route to Fastify that asks for it', async () => {
    const strict = await appWith({}, { schema: { body: Lora }, config: { modelEntity: { mode: 'strict' } } })
    expect((await post(strict, '{"rank": "8"}')).statusCode).toBe(422)
    const body = { type: 'object', properties: { rank: { type: 'integer' } } }
    const left = await appWith({}, { schema: { body }, config: { modelEntity: false } })
    expect((await post(left, '{"rank": "8"}')).json().body).toEqual({ rank: 8 })
  })

  it('logs what it refuses, with secrets masked', async () => {
    const lines: string[] = []
    const app = fastify({ logger: { stream: { write: (line: string) => lines.push(line) } } })
    const { body } = await post(
      await appWith({}, {}, app),
      '{"name": "m", "api_endpoint": {"url": "https://u:pw@[", "api_key": ["nvapi-hidden"]}}',
    )
    expect(body).toContain('nvapi-hidden')
    const logged = lines.find((line) => line.includes('request body refused')) ?? ''
    expect(JSON.parse(logged)).toMatchObject({ status: 422, detail: [{ input: 'https://***@[' }, { input: ['***'] }] })
    expect(lines.join('')).not.toContain('nvapi')
  })

  it('fails where a route was declared before it, rather than leave the body to Ajv', async () => {
    const app = fastify()
    app.post('/early', { schema: { body: { type: 'object' } } }, async () => 'validated by Ajv')
    await app.register(modelEntity)
    const answer = await app.inject({ method: 'POST', url: '/early', payload: {} })
    expect([answer.statusCode, answer.json().message]).toEqual([500, expect.stringContaining('with `await`')])
  })

  it('refuses a definition that is not supported, and a misspelt option, where the route is declared', async () => {
    const app = fastify()
    await app.register(modelEntity)
    const body = { type: 'object', properties: { a: { not: {} } } }
    expect(() => app.post('/a', { schema: { body } }, async () => '')).toThrow(/^POST \/a: .*not/)
    expect(() => {
      app.post('/b', { schema: { body: Lora }, config: { modelEntity: { maxByte: 1 } as never } }, async () => '')
    }).toThrow('did you mean `maxBytes`?')
    await expect(fastify().register(modelEntity, { maxByte: 1 } as never)).rejects.toThrow('did you mean `maxBytes`?')
  })

  it('tells the handler the type of the body', async () => {
    const app = fastify().withTypeProvider<ModelEntityTypeProvider>()
    await app.register(modelEntity)
    app.post('/lora', { schema: { body: Lora } }, async ({ body }) => {
      const rank: number = body.rank
      return { rank }
    })
    const answer = await app.inject({ method: 'POST', url: '/lora', payload: { rank: 8 } })
    expect(answer.json()).toEqual({ rank: 8 })
  })
})
