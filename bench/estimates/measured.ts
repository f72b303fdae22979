/**
 * Writes the tables of errors against measured runs in docs/estimates.md: `npm run bench:estimates:measured`. The tests of
 * `test/estimate/measured` hold the document to them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type GroupErrors, tableRow } from '../../test/estimate/measured/errors.js'
import { TABLES } from '../../test/estimate/measured/tables.js'

const DOCUMENT = fileURLToPath(new URL('../../docs/estimates.md', import.meta.url))
const HEAD = '| group | runs | median error | 90 % within | largest |\n|---|---|---|---|---|\n'

let document = readFileSync(DOCUMENT, 'utf8')
for (const [heading, groups] of Object.entries(TABLES)) document = withTable(document, heading, groups)
writeFileSync(DOCUMENT, document)

/** The document with the rows of the first table under a heading replaced. */
function withTable(text: string, heading: string, groups: readonly GroupErrors[]): string {
  const section = text.indexOf(`### ${heading}\n`)
  const start = text.indexOf(HEAD, section) + HEAD.length
  const end = text.indexOf('\n\n', start)
  return `${text.slice(0, start)}${groups.map(tableRow).join('\n')}${text.slice(end)}`
}
