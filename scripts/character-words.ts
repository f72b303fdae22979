/**
 * Writes `src/lint/jinja/character-words.ts`: the words of all character names (`test/fixtures/character-names.txt.gz`) that
 * `character-names.ts` does not know by rule.
 *
 *     npx tsx scripts/character-words.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { NUMBER, SYLLABARY } from '../src/lint/jinja/character-names.js'

const FIXTURE = new URL('../test/fixtures/character-names.txt.gz', import.meta.url)
const names = gunzipSync(readFileSync(FIXTURE)).toString('utf8').trimEnd().split('\n')
/** Names that end in a number and are not recorded. */
const NUMBERED = [
  'CJK COMPATIBILITY IDEOGRAPH',
  'TANGUT IDEOGRAPH',
  'TANGUT COMPONENT',
  'NUSHU CHARACTER',
  'KHITAN SMALL SCRIPT CHARACTER',
  'JURCHEN CHARACTER',
  'SMALL SEAL CHARACTER',
]
const listed = [...names, ...NUMBERED].filter((name) => !SYLLABARY.test(name))
const words = [...new Set(listed.flatMap((name) => name.split(/[ -]+/)))].filter((word) => !NUMBER.test(word)).sort()

let before = ''
const written = words.map((word) => {
  let shared = 0
  while (shared < before.length && before[shared] === word[shared]) shared += 1
  before = word
  return shared.toString(36) + word.slice(shared)
})

const head = `/**
 * Made by \`scripts/character-words.ts\`: not to be edited. The words of character names in order. Each is a digit in base 36, the
 * number of first letters that it shares with the word before it, and the rest of the word.
 */
`
const table = `export const WORDS =\n  '${written.join('')}'\n`
writeFileSync(new URL('../src/lint/jinja/character-words.ts', import.meta.url), `${head}${table}`)
