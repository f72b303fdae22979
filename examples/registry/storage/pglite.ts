import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { Database, Query } from './database.js'
import { lockFolder } from './folder-lock.js'

/**
 * Postgres inside this process, with its files in a folder. It has one connection: statements wait for each other.
 *
 * @throws Error if another process uses the folder
 */
export async function openPglite(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true })
  const unlock = await lockFolder(folder)
  try {
    const engine = await openCluster(folder)
    return {
      name: `PGlite in ${resolve(folder)}`,
      query: queryOf(engine),
      transaction: (work) => engine.transaction((transaction) => work(queryOf(transaction))),
      async close() {
        await engine.close()
        await unlock()
      },
    }
  } catch (error) {
    await unlock()
    throw error
  }
}

/**
 * Opens the cluster in a folder, or makes it. That takes a second, and then a mark says that it is whole: without one, the process that made
 * it was killed, and nothing was stored yet.
 */
async function openCluster(folder: string): Promise<PGlite> {
  const cluster = join(folder, 'pgdata')
  const mark = join(folder, 'complete')
  if (existsSync(mark)) return PGlite.create(cluster)
  await rm(cluster, { recursive: true, force: true })
  const engine = await PGlite.create(cluster)
  await writeFile(mark, '')
  return engine
}

function queryOf(connection: Pick<PGlite, 'query'>): Query {
  return async <Row>(sql: string, parameters: readonly unknown[] = []) =>
    (await connection.query<Row>(sql, [...parameters])).rows
}
