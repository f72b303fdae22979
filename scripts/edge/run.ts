/**
 * Runs `validateRequest` of the built package in Bun, Deno and workerd, and compares with Node. Their npm packages carry the programs.
 *
 *     npm run smoke:edge      installs them under .cache/edge if needed; a runtime that cannot be installed is skipped, and said
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { answers } from './program.js'

const folder = fileURLToPath(new URL('../../.cache/edge', import.meta.url))
mkdirSync(folder, { recursive: true })

const expected = JSON.stringify(await answers())
const program = await bundled(`import { answers } from './scripts/edge/program.ts'
export const expected = ${JSON.stringify(expected)}
export async function check() {
  const given = JSON.stringify(await answers())
  if (given !== expected) throw new Error('other answers than in Node: ' + given)
}`)
writeFileSync(join(folder, 'program.mjs'), program)
writeFileSync(join(folder, 'main.mjs'), `import { check } from './program.mjs'\nawait check()\n`)
writeFileSync(join(folder, 'worker.mjs'), `import { check } from './program.mjs'\nexport default { test: check }\n`)
writeFileSync(
  join(folder, 'worker.capnp'),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs"), (name = "program.mjs", esModule = embed "program.mjs")],
  compatibilityDate = "2026-01-01"
))]);
`,
)

/** How each runtime runs the program. */
const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  bun: ['main.mjs'],
  deno: ['run', '--no-config', 'main.mjs'],
  workerd: ['test', 'worker.capnp'],
}

let failures = 0
for (const [name, args] of Object.entries(RUNTIMES)) {
  const executable = installed(name)
  if (executable === undefined) {
    console.log(`${name} cannot be installed: skipped`)
    continue
  }
  try {
    execFileSync(executable, args, { cwd: folder, stdio: 'pipe', timeout: 60_000 })
    console.log(`${name} answers as Node does`)
  } catch (error) {
    failures += 1
    console.log(`${name} fails: ${error instanceof Error ? error.message : error}`)
  }
}
process.exitCode = failures > 0 ? 1 : 0

async function bundled(contents: string): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'as-shipped',
        setup: ({ onResolve }) =>
          onResolve({ filter: /src\/index\.js$/ }, () => ({ path: join(root, 'dist/index.js') })),
      },
    ],
  })
  return outputFiles[0]?.text ?? ''
}

/** The program of an npm package, installed if it is not there. Undefined if that is not possible. */
function installed(name: string): string | undefined {
  const executable = join(folder, 'node_modules/.bin', name)
  if (existsSync(executable)) return executable
  try {
    execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--no-save', '--prefix', folder, name], {
      stdio: 'ignore',
    })
  } catch {
    return undefined
  }
  return existsSync(executable) ? executable : undefined
}
