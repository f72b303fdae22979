import { Pool, type PoolClient } from 'pg'
import type { Database, Query } from './database.js'

/** No statement of the registry takes longer than milliseconds. */
const STATEMENT_TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000

/**
 * A Postgres server.
 *
 * @param log - called with an error of an idle connection. The pool replaces the connection by itself
 */
export function openPostgres(url: string, log: (error: Error) => void): Database {
  const pool = new Pool({
    connectionString: url,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'model-registry',
  })
  pool.on('error', log)
  return {
    name: nameOf(url),
    query: queryOf(pool),
    async transaction(work) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        const result = await work(queryOf(client))
        await client.query('commit')
        client.release()
        return result
      } catch (error) {
        // A connection that cannot roll back is broken. It is closed, and the server rolls back.
        const broken = await client.query('rollback').then(
          () => undefined,
          (failure: Error) => failure,
        )
        client.release(broken)
        throw error
      }
    },
    close: () => pool.end(),
  }
}

function queryOf(connection: Pool | PoolClient): Query {
  return async <Row>(sql: string, parameters: readonly unknown[] = []) =>
    (await connection.query(sql, [...parameters])).rows as Row[]
}

function nameOf(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return `Postgres at ${host}${pathname}`
  } catch {
    return 'Postgres'
  }
}
