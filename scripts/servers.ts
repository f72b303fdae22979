/**
 * Runs the registry of `examples/registry`, and everything that must work with it: the snippets of the API page with the toolchains of this
 * machine, schemathesis, and our own client.
 *
 *     npm run test:servers                        everything
 *     npm run test:servers -- go ruby             only the checks with these words in their titles
 *     npm run test:servers -- --seeds 7,8         other seeds for schemathesis; --examples 200 more of them (15 an operation)
 *     npm run test:servers -- --url http://…      another server, which has the workspace `workspace`
 *
 * Tools are installed in .cache/servers, and reused by the next run.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { RunningRegistry, temporaryFolder } from '../test/examples/registry/running-registry.js'
import { install, NotInstalled } from '../test/languages/install.js'
import { versionOf } from '../test/languages/toolchains.js'
import { ROOT } from '../test/languages/workspace.js'
import type { ServerCheck } from '../test/servers/check.js'
import { clientCheck } from '../test/servers/client.js'
import { openapiTypescriptCheck } from '../test/servers/openapi-typescript.js'
import { schemathesisCheck } from '../test/servers/schemathesis.js'
import { snippetChecks } from '../test/servers/snippets.js'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    examples: { type: 'string', default: '15' },
  },
})

const checks: readonly ServerCheck[] = [
  ...snippetChecks,
  clientCheck,
  openapiTypescriptCheck,
  schemathesisCheck(flags.seeds.split(',').map(Number), Number(flags.examples)),
]
const words = positionals.map((word) => word.toLowerCase())
const cache = join(ROOT, '.cache/servers')
const data = temporaryFolder()
for (const fileset of ['workspace/adapter', 'default/base']) {
  const folder = join(data.path, 'filesets', fileset)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'README.md'), 'A model.')
}
const settings = {
  REGISTRY_FILESETS: join(data.path, 'filesets'),
  REGISTRY_DATA: join(data.path, 'store'),
  REGISTRY_WORKSPACES: 'workspace',
  LOG_LEVEL: 'error',
}
const registry = flags.url === undefined ? await RunningRegistry.start(settings) : undefined
const counts = { passed: 0, failed: 0, skipped: 0 }
try {
  for (const check of checks.filter(({ title }) => isWanted(title))) counts[await outcomeOf(check)] += 1
} finally {
  await registry?.stop()
  data.remove()
}
console.log(`servers: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed > 0 ? 1 : 0

function isWanted(title: string): boolean {
  return words.length === 0 || words.some((word) => title.toLowerCase().includes(word))
}

async function outcomeOf(check: ServerCheck): Promise<keyof typeof counts> {
  const missing = check.needs.filter((toolchain) => versionOf(toolchain) === undefined)
  const reason = check.impossible ?? (missing.length > 0 ? `no ${missing.join(', no ')} on this machine` : undefined)
  if (reason !== undefined) {
    console.log(`skip  ${check.title}: ${reason}`)
    return 'skipped'
  }
  const start = Date.now()
  const faults = await faultsOf(check)
  if (faults instanceof NotInstalled) {
    console.log(`skip  ${check.title}: cannot be installed: ${faults.message}`)
    return 'skipped'
  }
  const seconds = ((Date.now() - start) / 1000).toFixed(0)
  console.log(`${faults.length === 0 ? 'ok   ' : 'FAIL '} ${check.title}: ${seconds} s`)
  for (const fault of faults) console.log(`        ${fault.replaceAll('\n', '\n        ')}`)
  return faults.length === 0 ? 'passed' : 'failed'
}

async function faultsOf({ title, installs, run }: ServerCheck): Promise<readonly string[] | NotInstalled> {
  const folder = join(cache, 'runs', title.toLowerCase().replace(/\W+/g, '-').slice(0, 60))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  try {
    for (const wanted of installs) install(cache, wanted)
    const origin = flags.url ?? registry?.origin ?? ''
    return await run({ origin, folder, at: (path) => join(cache, path) })
  } catch (error) {
    if (error instanceof NotInstalled) return error
    return [error instanceof Error ? error.message : String(error)]
  }
}
