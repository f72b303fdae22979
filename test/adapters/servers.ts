import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { modelEntity } from '../../src/adapters/fastify.js'
import { writeJson } from '../../src/json/index.js'
import { SCHEMAS } from '../../src/schemas/index.js'

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
        return reply
          .code(200)
          .header('content-type', 'application/json')
          .send(Buffer.from(writeJson(request.body)))
      })
    }
    return { origin: await app.listen({ host: '127.0.0.1', port: 0 }), close: () => app.close() }
  },
}

/** The address of a listening server. */
export function originOf(address: AddressInfo | string | null): string {
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}
