import type { Database } from './database.js'

/**
 * The changes of the schema, in their order. Never edit one that has been released: append another.
 *
 * `entity` is `json` and not `jsonb`, because it keeps every string that the API accepts: `jsonb` has no U+0000. The columns beside it are
 * copies to filter and sort by. Names are compared byte by byte (`"C"`), as the platform does.
 */
const MIGRATIONS: readonly string[] = [
  `create table models (
     sequence bigint generated always as identity,
     id text primary key,
     workspace text collate "C" not null,
     name text collate "C" not null,
     project text collate "C",
     description text collate "C",
     finetuning_type text collate "C",
     fileset text collate "C",
     base_model text collate "C",
     entity json not null,
     created_at timestamp not null,
     updated_at timestamp not null,
     constraint one_model_of_a_name unique (workspace, name)
   );
   create index models_by_age on models (workspace, created_at, sequence);
   create table adapters (
     sequence bigint generated always as identity,
     id text primary key,
     model_id text not null references models (id) on delete cascade,
     workspace text collate "C" not null,
     name text collate "C" not null,
     entity json not null,
     created_at timestamp not null,
     updated_at timestamp not null,
     constraint one_adapter_of_a_name unique (workspace, name)
   );
   create index adapters_of_model on adapters (model_id);`,
]

/** Any number: it only has to be the same in every process of the registry. */
const LOCK = 7_215_021

/**
 * Brings the schema up to date, in one transaction. Several processes may start at once: one migrates, the others wait.
 *
 * @throws Error if the database was migrated by a newer version of the registry
 */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (query) => {
    await query('select pg_advisory_xact_lock($1)', [LOCK])
    await query(
      'create table if not exists migrations (version int primary key, applied_at timestamp not null default now())',
    )
    const rows = await query<{ version: number }>('select coalesce(max(version), 0)::int as version from migrations')
    const version = rows[0]?.version ?? 0
    if (version > MIGRATIONS.length) {
      throw new Error(
        `the database has version ${version}, but this registry knows ${MIGRATIONS.length}: update the registry`,
      )
    }
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index < version) continue
      for (const statement of migration.split(';').filter((text) => text.trim() !== '')) await query(statement)
      await query('insert into migrations (version) values ($1)', [index + 1])
    }
  })
}
