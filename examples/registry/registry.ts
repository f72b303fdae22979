import type { FastifyBaseLogger } from 'fastify'
import type { Config } from './config.js'
import type { Filesets } from './filesets/filesets.js'
import type { Database } from './storage/database.js'

/** What the routes work with. */
export interface Registry {
  readonly config: Config
  readonly database: Database
  readonly filesets: Filesets
  readonly log: FastifyBaseLogger
}
