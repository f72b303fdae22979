import type { FastifyInstance } from 'fastify'

/**
 * Ends the connections of requests that are answered while the server closes. Idle ones end at once, but a connection that was busy then
 * would be kept alive, and keep the process alive.
 */
export function endConnectionsOnClose(app: FastifyInstance): void {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onSend', async (_, reply, payload) => {
    if (isClosing) reply.header('connection', 'close')
    return payload
  })
}
