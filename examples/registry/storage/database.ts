/** Sends one SQL statement, with its parameters as `$1`, `$2`, …, and returns its rows. */
export type Query = <Row>(sql: string, parameters?: readonly unknown[]) => Promise<readonly Row[]>

/** A Postgres database. A statement outside a transaction is a transaction of its own. */
export interface Database {
  /** What it is, for people. Contains no password. */
  readonly name: string
  readonly query: Query
  /** Runs all statements or none: rolls back if `work` throws. */
  transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}
