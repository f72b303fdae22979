/**
 * A model registry: `npm run registry`. Settings are environment variables, see README.md.
 */
import type { FastifyInstance } from 'fastify'
import { configFrom } from './config.js'
import { registryServer } from './server.js'
import { openDatabase } from './storage/open-database.js'

/** Requests that are being answered get this time when the process is told to stop. */
const CLOSING_MS = 10_000

try {
  await start()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function start(): Promise<void> {
  const config = configFrom(process.env)
  let app: FastifyInstance | undefined
  const database = await openDatabase(config, ({ message }) => {
    app?.log.error({ reason: message }, 'an idle connection to the database failed')
  })
  app = await registryServer(config, database)
  stopOn(app, 'SIGTERM')
  stopOn(app, 'SIGINT')
  const url = await app.listen({ host: config.host, port: config.port }).catch(async (error: unknown) => {
    await app?.close()
    throw error
  })
  // The log is on standard output too: the help is not part of it.
  console.error(`The registry keeps its data with ${database.name}.\nCreate a model:\n\n${curlCommand(url)}\n`)
}

function curlCommand(url: string): string {
  const body = JSON.stringify({ name: 'llama-3.1-8b', description: 'My first model' })
  return `  curl -X POST ${url}/apis/models/v2/workspaces/default/models -H 'Content-Type: application/json' -d '${body}'`
}

/** Stops accepting connections, waits for the requests that are being answered, and closes the database. */
function stopOn(app: FastifyInstance, signal: 'SIGTERM' | 'SIGINT'): void {
  process.once(signal, () => {
    app.log.info({ signal }, 'closing')
    const impatience = setTimeout(() => {
      app.log.error('requests are still being answered: the process ends without them')
      process.exit(1)
    }, CLOSING_MS)
    app.close().then(
      () => clearTimeout(impatience),
      (error: Error) => {
        app.log.error({ reason: error.message }, 'closing failed')
        process.exit(1)
      },
    )
  })
}
