import type { FastifyInstance } from 'fastify'
import type { Registry } from '../registry.js'
import { LIVE_PATH, READY_PATH } from './paths.js'

/** Whether the process runs, and whether it can serve: an orchestrator restarts for the one, and sends no requests for the other. */
export function healthRoutes(app: FastifyInstance, { database, log }: Registry): void {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })

  app.get(LIVE_PATH, { logLevel: 'warn' }, async () => ({ status: 'live' }))

  app.get(READY_PATH, { logLevel: 'warn' }, async (_, reply) => {
    if (!isClosing && (await isReachable())) return { status: 'ready' }
    return reply.code(503).send({ status: 'not ready' })
  })

  async function isReachable(): Promise<boolean> {
    try {
      await database.query('select 1')
      return true
    } catch (error) {
      log.error({ reason: error instanceof Error ? error.message : String(error) }, 'the database cannot be reached')
      return false
    }
  }
}
