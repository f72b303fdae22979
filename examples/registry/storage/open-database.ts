import type { Config } from '../config.js'
import type { Database } from './database.js'
import { migrate } from './migrations.js'

/**
 * Opens the database that the settings name, and brings its schema up to date.
 *
 * @throws Error if it cannot be opened or migrated
 */
export async function openDatabase(config: Config, log: (error: Error) => void): Promise<Database> {
  const database = await connect(config, log)
  try {
    await migrate(database)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Only the driver that is needed is loaded. */
async function connect({ databaseUrl, dataFolder }: Config, log: (error: Error) => void): Promise<Database> {
  if (databaseUrl !== undefined) {
    const { openPostgres } = await import('./postgres.js')
    return openPostgres(databaseUrl, log)
  }
  const { openPglite } = await import('./pglite.js')
  return openPglite(dataFolder)
}
