/**
 * Generates every checked-in file that depends on the definitions in src/schemas or of the command: all of them, or none if a generator fails.
 *
 *     npm run generate               writes the changed files
 *     npm run generate -- --check    writes nothing; lists stale files, and exits with 1 if there are any
 *     npm run generate -- --check --shipped    the same without docs/api, which is not in the package
 */
import { fileURLToPath } from 'node:url'
import { apiGenerator } from './generate/api.js'
import { artifactsGenerator } from './generate/artifacts.js'
import { fastPathGenerator } from './generate/fast-path.js'
import type { Generator } from './generate/generator.js'
import { manPageGenerator } from './generate/man-page.js'
import { openapiTypesGenerator } from './generate/openapi-types.js'
import { plansGenerator } from './generate/plans.js'
import { typebox1Generator } from './generate/typebox-1.js'
import { versionGenerator } from './generate/version.js'
import { staleFiles, writeFiles } from './generate/write-files.js'

/** All generators. Add a new one here. */
const GENERATORS: readonly Generator[] = [
  versionGenerator,
  artifactsGenerator,
  plansGenerator,
  fastPathGenerator,
  typebox1Generator,
  openapiTypesGenerator,
  manPageGenerator,
  apiGenerator,
]

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
