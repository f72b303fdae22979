/**
 * Makes every checked-in file that comes from the definitions in src/schemas: all of them, or none where a generator fails.
 *
 *     npm run generate               writes what has changed
 *     npm run generate -- --check    writes nothing; names each stale file and exits with 1 if there is one
 *     npm run generate -- --check --shipped    the same without docs/api, which the package does not have
 */
import { fileURLToPath } from 'node:url'
import { apiGenerator } from './generate/api.js'
import { artifactsGenerator } from './generate/artifacts.js'
import { fastPathGenerator } from './generate/fast-path.js'
import type { Generator } from './generate/generator.js'
import { plansGenerator } from './generate/plans.js'
import { staleFiles, writeFiles } from './generate/write-files.js'

/** Every generator: a new one is one line here. */
const GENERATORS: readonly Generator[] = [artifactsGenerator, plansGenerator, fastPathGenerator, apiGenerator]

const root = fileURLToPath(new URL('..', import.meta.url))
const generators = process.argv.includes('--shipped') ? GENERATORS.filter((one) => one !== apiGenerator) : GENERATORS
const stale = await staleFiles(root, generators)

if (process.argv.includes('--check')) {
  for (const { path, generator } of stale) console.error(`stale: ${path} (${generator}): run npm run generate`)
  if (stale.length > 0) process.exitCode = 1
} else {
  await writeFiles(root, stale)
  for (const { path, generator } of stale) console.error(`written: ${path} (${generator})`)
}
