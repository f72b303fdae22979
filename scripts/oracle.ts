/**
 * Compares the platform's own classes with the library, and prints every difference.
 *
 *     npm run oracle -- --count 5000 --seed 1        compares this many cases; the same seed gives the same cases
 *     npm run oracle -- --shrink                     also shrinks each difference
 *     npm run oracle -- --cases conformance/cases/json-suite.jsonl.gz    compares the cases of a record again
 *     npm run oracle -- --record conformance/cases/generated.jsonl.gz
 *     npm run oracle -- --platform VERSION           prints what that version changes: schemas, answers, refusals
 *
 * `--python PATH` uses the Python of an existing installation. Without it, uv installs the platform under `.cache`.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { cases } from '../test/oracle/bodies.js'
import { isSameAnswer, ourAnswer } from '../test/oracle/compare.js'
import { platformPython, RECORDED_VERSION } from '../test/oracle/installation.js'
import { isIntended } from '../test/oracle/intended.js'
import { type Answer, type Case, type OracleRecord, readCases } from '../test/oracle/records.js'
import { Service } from '../test/oracle/service.js'
import { shrink } from '../test/oracle/shrink.js'
import { changesOf } from '../test/oracle/versions.js'

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string' },
    platform: { type: 'string' },
    cases: { type: 'string' },
    record: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    show: { type: 'string', default: '20' },
  },
})

const python = platformPython(flags.python, flags.platform)
if (flags.platform !== undefined) {
  const changes = await changesOf(python)
  for (const change of changes) console.log(change)
  console.log(`platform ${flags.platform}: ${changes.length} changes against ${RECORDED_VERSION}`)
  process.exit(changes.length > 0 ? 1 : 0)
}

const service = new Service(python)
const records: OracleRecord[] = []
let differences = 0
let crashes = 0
let asked = 0

const given = flags.cases === undefined ? cases(Number(flags.count), Number(flags.seed)) : readCases(flags.cases)
for (const each of given) {
  asked += 1
  const answer = await service.ask(each)
  const ours = ourAnswer(each)
  if ('crash' in answer) {
    crashes += 1
  } else if (isSameAnswer(answer, ours)) {
    records.push({ ...each, ...answer })
  } else if (!isIntended(each, answer, ours)) {
    await report(each, answer)
  }
}
service.close()
console.log(`${asked} cases: ${differences} differences; ${crashes} without an answer of the service`)
if (flags.record !== undefined) {
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('')
  writeFileSync(flags.record, gzipSync(lines, { level: 9 }))
}
process.exitCode = differences > 0 ? 1 : 0

async function report(given: Case, answer: Answer): Promise<void> {
  differences += 1
  if (differences > Number(flags.show)) return
  const small = flags.shrink ? await shrink(given, differs) : given
  const shown = flags.shrink ? await service.ask(small) : answer
  console.log(JSON.stringify(small))
  console.log(`  service: ${JSON.stringify(shown)}`)
  console.log(`  library: ${JSON.stringify(ourAnswer(small))}`)
}

async function differs(given: Case): Promise<boolean> {
  const answer = await service.ask(given)
  if ('crash' in answer) return false
  const ours = ourAnswer(given)
  return !isSameAnswer(answer, ours) && !isIntended(given, answer, ours)
}
