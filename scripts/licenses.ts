/**
 * Writes THIRD-PARTY-LICENSES.txt for the packages that the build bundles. Run `npm run build` first.
 *
 *     npm run licenses               writes it
 *     npm run licenses -- --check    writes nothing; exits with 1 if it is stale
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { thirdPartyLicenses } from './build/third-party-licenses.js'

const path = fileURLToPath(new URL('../THIRD-PARTY-LICENSES.txt', import.meta.url))
const text = await thirdPartyLicenses()

if (!process.argv.includes('--check')) await writeFile(path, text)
else if ((await readFile(path, 'utf8')).replaceAll('\r\n', '\n') !== text) {
  console.error('stale: THIRD-PARTY-LICENSES.txt: run npm run licenses')
  process.exitCode = 1
}
