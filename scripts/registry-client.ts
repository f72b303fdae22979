/**
 * Runs the platform's own Python client against the registry, which is started on the loopback with an empty store and stopped.
 *
 *     npm run registry:client                               installs the client first if needed
 *     npm run registry:client -- --url http://127.0.0.1:8080    against a running server
 *
 * `--python PATH` uses the Python of an existing installation.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { RunningRegistry, temporaryFolder } from '../test/examples/registry/running-registry.js'
import { RECORDED_VERSION } from '../test/oracle/installation.js'

const { values: flags } = parseArgs({ options: { python: { type: 'string' }, url: { type: 'string' } } })

const python = flags.python ?? installedClient()
if (python === undefined) console.log('The client cannot be installed from PyPI: it is not run')
else await run(python)

async function run(python: string): Promise<void> {
  const folder = temporaryFolder()
  const registry =
    flags.url === undefined ? await RunningRegistry.start({ REGISTRY_DATA: folder.path, LOG_LEVEL: 'warn' }) : undefined
  try {
    const script = fileURLToPath(new URL('../test/oracle/registry/client.py', import.meta.url))
    const { status } = spawnSync(python, [script, flags.url ?? registry?.origin ?? ''], { stdio: 'inherit' })
    process.exitCode = status ?? 1
  } finally {
    await registry?.stop()
    folder.remove()
  }
}

/** The Python of an environment with the client alone: the services of the platform are not needed. */
function installedClient(): string | undefined {
  const environment = fileURLToPath(new URL(`../.cache/registry-client/${RECORDED_VERSION}`, import.meta.url))
  const python = `${environment}/bin/python`
  try {
    execFileSync('python3', ['-m', 'venv', environment], { stdio: 'inherit' })
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', 'uv'], { stdio: 'inherit' })
    const install = ['pip', 'install', '--quiet', '--python', python, `nemo-platform==${RECORDED_VERSION}`]
    execFileSync(`${environment}/bin/uv`, install, { stdio: 'inherit' })
    return python
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
    return undefined
  }
}
