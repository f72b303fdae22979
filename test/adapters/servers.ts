import 'reflect-metadata'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { serve } from '@hono/node-server'
import { Controller, type INestApplication, Post, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Elysia } from 'elysia'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import * as ofElysia from '../../src/adapters/elysia.js'
import * as ofExpress from '../../src/adapters/express.js'
import { modelEntity } from '../../src/adapters/fastify.js'
import * as ofHono from '../../src/adapters/hono.js'
import { validateRequest } from '../../src/adapters/index.js'
import { RefusedBodyFilter, ValidBody } from '../../src/adapters/nestjs.js'
import { writeJson } from '../../src/json/index.js'
import { isSchemaName, SCHEMA_NAMES, SCHEMAS } from '../../src/schemas/index.js'

/** A server on the loopback with a route `/validate/NAME` for each definition, which answers with the value. */
export interface TestServer {
  readonly origin: string
  close(): Promise<unknown>
}

/** A server of each framework. */
export const SERVERS: Readonly<Record<string, () => Promise<TestServer>>> = {
  fastify: async () => {
    const app = fastify({ forceCloseConnections: true })
    await app.register(modelEntity)
    for (const [name, body] of Object.entries(SCHEMAS)) {
      app.post(`/validate/${name}`, { schema: { body } }, async (request, reply) => {
        return reply.header('content-type', 'application/json').send(Buffer.from(writeJson(request.body)))
      })
    }
    return { origin: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
  },
  express: async () => {
    const app = express()
    for (const name of SCHEMA_NAMES) {
      app.post(`/validate/${name}`, ofExpress.validBody(name), (req, res) => {
        res.writeHead(200, JSON_TYPE).end(writeJson(req.body))
      })
    }
    return listening(createServer(app))
  },
  hono: async () => {
    const app = new Hono()
    for (const name of SCHEMA_NAMES) {
      app.post(`/validate/${name}`, ofHono.validBody(name), (c) => valid(c.req.valid('json')))
    }
    return listeningFetch(app.fetch)
  },
  elysia: async () => {
    const app = new Elysia()
    for (const name of SCHEMA_NAMES) {
      app.post(`/validate/${name}`, ({ body }) => valid(body), ofElysia.validBody(name))
    }
    return listeningFetch(app.fetch)
  },
  nestjs: async () => {
    const app: INestApplication = await NestFactory.create(nestModule(), { bodyParser: false, logger: false })
    app.useGlobalFilters(new RefusedBodyFilter())
    await app.listen(0, '127.0.0.1')
    return { origin: originOf(app.getHttpServer().address()), close: () => app.close() }
  },
  'no framework': async () =>
    listeningFetch(async (request: Request) => {
      const name = new URL(request.url).pathname.split('/').at(-1) ?? ''
      if (!isSchemaName(name)) return new Response(null, { status: 404 })
      const result = await validateRequest(name, request)
      return result.ok ? valid(result.value) : result.response
    }),
}

const JSON_TYPE = { 'content-type': 'application/json' }

function valid(value: unknown): Response {
  return new Response(writeJson(value), { headers: JSON_TYPE })
}

/** A module with a controller that has a route for each definition, as decorators make it. */
function nestModule() {
  class Validate {}
  for (const name of SCHEMA_NAMES) {
    const value = (body: unknown, response: ServerResponse) => response.writeHead(200, JSON_TYPE).end(writeJson(body))
    Object.defineProperty(Validate.prototype, name, { value, configurable: true })
    const descriptor = Object.getOwnPropertyDescriptor(Validate.prototype, name) ?? {}
    Post(name)(Validate.prototype, name, descriptor)
    ValidBody(name)(Validate.prototype, name, 0)
    Res()(Validate.prototype, name, 1)
  }
  Controller('validate')(Validate)
  return { module: class App {}, controllers: [Validate] }
}

/** The address of a listening server. */
function originOf(address: AddressInfo | string | null): string {
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

async function listening(server: Server): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { origin: originOf(server.address()), close: () => new Promise((resolve) => server.close(resolve)) }
}

async function listeningFetch(fetch: (request: Request) => Response | Promise<Response>): Promise<TestServer> {
  return new Promise((resolve) => {
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, (address) => {
      resolve({ origin: originOf(address), close: () => new Promise((closed) => server.close(closed)) })
    })
  })
}
