import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { Client } from 'pg'
import type { Settings } from './running-registry.js'

/** A store to run the tests on. `fresh` returns the settings for an empty database. */
export interface Store {
  readonly name: string
  fresh(folder: string): Promise<Settings>
}

/** `npm run registry:test` starts a Postgres server, and names it here. */
const SERVER = process.env['REGISTRY_TEST_DATABASE_URL']

/** In a folder where an earlier start was killed while it made the cluster: a part of it is there, and the lock of a process that is gone. */
const PGLITE: Store = {
  name: 'PGlite',
  async fresh(folder) {
    const data = `${folder}/data`
    mkdirSync(`${data}/pgdata`, { recursive: true })
    writeFileSync(`${data}/pgdata/PG_VERSION`, '')
    writeFileSync(`${data}/registry.lock`, String(spawnSync('true').pid))
    return { REGISTRY_DATA: data }
  },
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

/** Whether the long proofs run too: in `npm run registry:test`. */
export const IS_THOROUGH = process.env['REGISTRY_TEST_THOROUGHLY'] === 'yes'
