/**
 * Tests the registry thoroughly, on PGlite and on a Postgres server that is started for it and stopped: `npm run registry:test`.
 *
 * Needs Debian's `postgresql`, or another installation with `initdb` and `postgres` in the PATH. Without one, only PGlite is tested, which is
 * said.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Client } from 'pg'

const vitest = join(import.meta.dirname, '../node_modules/vitest/vitest.mjs')

const server = await startPostgres()
if (server === undefined) console.log('PostgreSQL is not installed: the registry is tested on PGlite only')
try {
  const thorough = { ...process.env, REGISTRY_TEST_THOROUGHLY: 'yes' }
  const env = { ...thorough, ...(server && { REGISTRY_TEST_DATABASE_URL: server.url }) }
  const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/examples/registry'], { env, stdio: 'inherit' })
  process.exitCode = status ?? 1
} finally {
  await server?.stop()
}

interface Server {
  readonly url: string
  stop(): Promise<void>
}

async function startPostgres(): Promise<Server | undefined> {
  const programs = programsFolder()
  if (programs === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  // Postgres refuses to run as root; Debian's package has made a user for it.
  const user = process.getuid?.() === 0 ? idsOf('postgres') : undefined
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const options = { ...user, cwd: folder }
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'registry', '--auth=trust', '--no-sync'], options)
  const port = await freePort()
  const args = [
    '-D',
    data,
    '-p',
    String(port),
    '-k',
    folder,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'max_connections=200',
  ]
  const child = spawn(join(programs, 'postgres'), args, { ...options, stdio: 'ignore' })
  const url = `postgres://registry@127.0.0.1:${port}/postgres`
  for (const end = Date.now() + 60_000; !(await answers(url)); ) {
    if (Date.now() > end || child.exitCode !== null) throw new Error('the Postgres server has not started')
  }
  return {
    url,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 100))
  const client = new Client({ connectionString: url })
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  )
}

/** The folder of `initdb` and `postgres`. Debian keeps them out of the PATH, by version. */
function programsFolder(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...debianFolders()]
  return folders.find((folder) => {
    const { status } = spawnSync(join(folder, 'initdb'), ['--version'])
    return status === 0
  })
}

function debianFolders(): string[] {
  const root = '/usr/lib/postgresql'
  try {
    return readdirSync(root).map((version) => join(root, version, 'bin'))
  } catch {
    return []
  }
}

function idsOf(user: string): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port)
        else reject(new Error('there is no free port'))
      })
    })
  })
}
