/**
 * Checks that a tag can be released: it matches the version, the changelog has a dated entry for it, and package.json has the
 * repository.
 *
 *     npm run release:check -- v1.2.3
 */
import { readFileSync } from 'node:fs'
import { releaseFaults } from './release-faults.js'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const tag = process.argv[2] ?? ''
const faults = releaseFaults({ tag, manifest: JSON.parse(read('package.json')), changelog: read('CHANGELOG.md') })
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
