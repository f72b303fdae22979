import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import type { Settings } from './running-registry.js'

/** A store to run the tests on. `fresh` returns the settings for an empty database. */
export interface Store {
  readonly name: string
  fresh(folder: string): Promise<Settings>
}

/** `npm run registry:test` starts a Postgres server, and names it here. */
const SERVER = process.env['REGISTRY_TEST_DATABASE_URL']

const PGLITE: Store = {
  name: 'PGlite',
  fresh: async (folder) => ({ REGISTRY_DATA: `${folder}/data` }),
}

function postgres(server: string): Store {
  return {
    name: 'a Postgres server',
    async fresh() {
      const name = `registry_${randomBytes(6).toString('hex')}`
      const client = new Client({ connectionString: server })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      const url = new URL(server)
      url.pathname = `/${name}`
      return { DATABASE_URL: url.href }
    },
  }
}

/** PGlite, and the server if there is one. */
export const STORES: readonly Store[] = SERVER === undefined ? [PGLITE] : [PGLITE, postgres(SERVER)]

/** Whether the long proofs run too. */
export const IS_THOROUGH = SERVER !== undefined
