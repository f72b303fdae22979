/**
 * Writes `src/validation/url/idna/tables.ts`: the differences between the recorded IDNA answers
 * (`test/fixtures/fastapi/idna-points.jsonl.gz`) and the runtime's character properties. Code points that are refused anyway
 * fit both.
 *
 *     npx tsx scripts/idna-tables.ts && npx biome check --write src/validation/url/idna
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { derivedBidi, isRefusedByProperty, mapCharacter } from '../src/validation/url/idna/properties.js'

/** A run of equal code points: a line of `test/oracle/hosts.py points`. */
interface Run {
  readonly from: number
  readonly to: number
  readonly is: 'valid' | 'mark' | 'ignored' | 'no' | 'mapped'
  readonly bidi?: string
  readonly joins?: string
}

const FIXTURE = new URL('../test/fixtures/fastapi/idna-points.jsonl.gz', import.meta.url)
const RUNS: readonly Run[] = gunzipSync(readFileSync(FIXTURE))
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line): Run => JSON.parse(line))

/** Whether a code point belongs to a set. `undefined` if it does not matter. */
type Wanted = (codePoint: number, run: Run) => boolean | undefined

/** The smallest list of ranges, in base 36: the distance from the previous end, and the length minus one. */
function ranges(wanted: Wanted): string {
  const found: [from: number, to: number][] = []
  let isOpen = false
  for (const run of RUNS) {
    for (let codePoint = run.from; codePoint <= run.to; codePoint += 1) {
      const is = wanted(codePoint, run)
      const last = found.at(-1)
      if (is === false) isOpen = false
      else if (is && isOpen && last) last[1] = codePoint
      else if (is) {
        found.push([codePoint, codePoint])
        isOpen = true
      }
    }
  }
  let end = 0
  return found
    .map(([from, to]) => {
      const written = `${(from - end).toString(36)}${to > from ? `.${(to - from).toString(36)}` : ''}`
      end = to
      return written
    })
    .join(' ')
}

/** What is refused in every domain. */
const FORBIDDEN = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/

const isAllowed = ({ is }: Run) => is === 'valid' || is === 'mark'

const refused = ranges((codePoint, { is }) => {
  const character = String.fromCodePoint(codePoint)
  // The joiners have their own rule.
  if (is !== 'no' || codePoint === 0x200c || codePoint === 0x200d) return false
  return isRefusedByProperty(character) || FORBIDDEN.test(mapCharacter(character)) ? undefined : true
})

const bidi = (kind: string): string =>
  ranges((codePoint, run) => {
    if (!isAllowed(run)) return undefined
    const derived = derivedBidi(String.fromCodePoint(codePoint))
    if (run.bidi === kind) return derived === kind ? undefined : true
    return false
  })

const joining = (...kinds: string[]): string =>
  ranges((_, run) => (isAllowed(run) ? kinds.includes(run.joins ?? '') : undefined))

const transparent = ranges((codePoint, run) => {
  if (!isAllowed(run)) return undefined
  const isMark = /[\p{Mn}\p{Me}]/u.test(String.fromCodePoint(codePoint))
  return run.joins === 'transparent' ? (isMark ? undefined : true) : false
})

const TABLES: readonly (readonly [name: string, comment: string, ranges: string])[] = [
  ['REFUSED', 'What IDNA refuses, although it is neither unassigned, control, separator nor ignorable today.', refused],
  [
    'BIDI_L',
    'Left to right, although it is not a letter, number or spacing mark, or its block has another direction.',
    bidi('L'),
  ],
  ['BIDI_N', 'Neutral, although it is a letter or number, or its block is right to left.', bidi('N')],
  ['BIDI_NSM', 'A nonspacing mark, although it is a spacing one today.', bidi('NSM')],
  ['BIDI_EN', 'European numbers beyond ASCII.', bidi('EN')],
  ['BIDI_AN', 'Arabic numbers.', bidi('AN')],
  ['JOINS_NEXT', 'Characters that join with the next one: joining types dual and left.', joining('dual', 'left')],
  [
    'JOINS_PREVIOUS',
    'Characters that join with the one before them: joining types dual and right.',
    joining('dual', 'right'),
  ],
  ['TRANSPARENT', 'Transparent to joining, although they are not nonspacing or enclosing marks.', transparent],
]

const head = `/**
 * Made by \`scripts/idna-tables.ts\`: not to be edited. Each table is a list of ranges of code points, in base 36: the distance
 * from the end of the range before, and after a dot how many code points more the range has.
 */
`
const body = TABLES.map(([name, comment, text]) => `/** ${comment} */\nexport const ${name} =\n  '${text}'\n`).join(
  '\n',
)
writeFileSync(new URL('../src/validation/url/idna/tables.ts', import.meta.url), `${head}\n${body}`)
