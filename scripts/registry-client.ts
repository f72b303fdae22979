/**
 * Runs the platform's own Python client against the registry, which is started on the loopback with an empty store and stopped.
 *
 *     npm run registry:client                               installs the client first if needed
 *     npm run registry:client -- --url http://127.0.0.1:8080    against a running server
 *
 * `--python PATH` uses the Python of an existing installation.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { RunningRegistry, temporaryFolder } from '../test/examples/registry/running-registry.js'
import { RECORDED_VERSION } from '../test/oracle/installation.js'

const { values: flags } = parseArgs({ options: { python: { type: 'string' }, url: { type: 'string' } } })

const folder = temporaryFolder()
const database = process.env['DATABASE_URL']
const store = database === undefined ? { REGISTRY_DATA: folder.path } : { DATABASE_URL: database }
const registry = flags.url === undefined ? await RunningRegistry.start({ ...store, LOG_LEVEL: 'warn' }) : undefined
try {
  const python = flags.python ?? installedClient()
  const script = fileURLToPath(new URL('../test/oracle/registry/client.py', import.meta.url))
  const { status } = spawnSync(python, [script, flags.url ?? registry?.origin ?? ''], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} finally {
  await registry?.stop()
  folder.remove()
}

/** The Python of an environment with the client alone: the services of the platform are not needed. */
function installedClient(): string {
  const environment = fileURLToPath(new URL(`../.cache/registry-client/${RECORDED_VERSION}`, import.meta.url))
  const python = `${environment}/bin/python`
  if (!existsSync(`${environment}/lib`)) execFileSync('python3', ['-m', 'venv', environment], { stdio: 'inherit' })
  const wanted = `nemo-platform==${RECORDED_VERSION}`
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', wanted], { stdio: 'inherit' })
  return python
}
