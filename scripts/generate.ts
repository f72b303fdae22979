/**
 * Makes every checked-in file that comes from the definitions in src/schemas.
 *
 *     npm run generate               writes what has changed
 *     npm run generate -- --check    writes nothing; names each stale file and exits with 1 if there is one
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiGenerator } from './generate/api.js'
import { artifactsGenerator } from './generate/artifacts.js'
import { fastPathGenerator } from './generate/fast-path.js'
import type { Generator } from './generate/generator.js'
import { plansGenerator } from './generate/plans.js'

/** Every generator: a new one is one line here. */
const GENERATORS: readonly Generator[] = [artifactsGenerator, plansGenerator, fastPathGenerator, apiGenerator]

const root = fileURLToPath(new URL('..', import.meta.url))
const checkOnly = process.argv.includes('--check')

for (const generator of GENERATORS) {
  for (const [path, text] of await generator.files()) {
    if ((await textOf(path)) === text) continue
    if (checkOnly) {
      console.error(`stale: ${path} (${generator.name}): run npm run generate`)
      process.exitCode = 1
    } else {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
      console.error(`written: ${path} (${generator.name})`)
    }
  }
}

/** A file's text, or undefined where there is none; a checkout with CRLF is not stale. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(join(root, path), 'utf8')).replaceAll('\r\n', '\n')
  } catch {
    return undefined
  }
}
