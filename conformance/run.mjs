/**
 * Runs a program over the conformance suite and counts where it answers like the service. See README.md for the protocol.
 *
 *     node conformance/run.mjs -- npx model-entity validate --serve
 *     node conformance/run.mjs --show 5 --json result.json -- ./my-implementation
 *
 * It needs Node and nothing else. The exit code is 1 if any answer differs, or is missing.
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'

const cut = process.argv.indexOf('--')
const command = cut < 0 ? [] : process.argv.slice(cut + 1)
const { values: flags } = parseArgs({
  args: process.argv.slice(2, cut < 0 ? undefined : cut),
  options: {
    show: { type: 'string', default: '10' },
    json: { type: 'string' },
    only: { type: 'string' },
  },
})
if (command.length === 0) {
  console.error('usage: node conformance/run.mjs [--show N] [--only FILE] [--json RESULT] -- PROGRAM [ARGUMENT…]')
  process.exit(2)
}

const [program, ...args] = command
const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
child.on('error', (error) => fail(`${program} cannot be started: ${error.message}`))
child.stdin.on('error', () => undefined)
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

const {
  implementation,
  answers: kinds = ['verdict'],
  modes = ['lax'],
  models,
} = await ask({ cmd: 'start', protocol: 1 })
const counts = { cases: 0, skipped: 0, verdict: 0, detail: 0, value: 0, refused: 0, taken: 0 }
let shown = 0
for (const record of recorded()) {
  const { id, model: named, body, base64, content_type, mode } = record
  // The create route validates its body as this definition.
  const model = named === 'CreateModel' ? 'CreateModelEntityRequest' : named
  counts.cases += 1
  if (!modes.includes(mode ?? 'lax') || (models !== undefined && !models.includes(model))) {
    counts.skipped += 1
    continue
  }
  const answer = await ask({ cmd: 'run', id, model, body, base64, content_type, mode })
  if (answer.id !== id) fail(`an answer to ${answer.id} where one to ${id} was expected`)
  if (answer.skipped !== undefined) {
    counts.skipped += 1
    continue
  }
  count(record, answer)
}
child.stdin.write(`${JSON.stringify({ cmd: 'stop' })}\n`)
child.stdin.end()

const asked = counts.cases - counts.skipped
const result = { implementation, ...counts, asked }
console.log(`${implementation.name} ${implementation.version ?? ''} (${implementation.language})`)
console.log(`${asked} of ${counts.cases} cases: the verdict of ${counts.verdict} is the service's`)
if (kinds.includes('detail')) console.log(`${counts.detail} of ${counts.refused} lists of errors are the service's`)
if (kinds.includes('value')) console.log(`${counts.value} of ${counts.taken} values are the service's`)
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(result, null, 2)}\n`)
const isSame =
  counts.verdict === asked &&
  (!kinds.includes('detail') || counts.detail === counts.refused) &&
  (!kinds.includes('value') || counts.value === counts.taken)
process.exitCode = isSame ? 0 : 1

function* recorded() {
  const folder = new URL('cases/', import.meta.url)
  for (const file of readdirSync(folder).filter((name) => flags.only === undefined || name.startsWith(flags.only))) {
    for (const line of gunzipSync(readFileSync(new URL(file, folder)))
      .toString('utf8')
      .split('\n')) {
      if (line !== '') yield JSON.parse(line)
    }
  }
}

async function ask(request) {
  child.stdin.write(`${JSON.stringify(request)}\n`)
  const { value, done } = await answers.next()
  if (done) fail(`${program} has ended before it answered ${JSON.stringify(request).slice(0, 200)}`)
  const answer = read(value)
  if (answer.error !== undefined) fail(`${program}: ${answer.error}`)
  return answer
}

function read(line) {
  try {
    return JSON.parse(line)
  } catch {
    return fail(`${program}: a line that is not JSON: ${line.slice(0, 200)}`)
  }
}

function count(record, answer) {
  const isSameVerdict = record.ok === answer.ok
  if (isSameVerdict) counts.verdict += 1
  else show(record, answer)
  if (record.ok) {
    counts.taken += 1
    if (!kinds.includes('value') || !isSameVerdict) return
    if (isDeepStrictEqual(withoutNulls(record.value), withoutNulls(answer.value))) counts.value += 1
    else show(record, answer)
  } else {
    counts.refused += 1
    if (!kinds.includes('detail') || !isSameVerdict) return
    const isSame =
      (record.status ?? 422) === (answer.status ?? 422) && isDeepStrictEqual(plain(record.detail), plain(answer.detail))
    if (isSame) counts.detail += 1
    else show(record, answer)
  }
}

/** In a value, absent and null are alike; and so are 0 and -0 everywhere. */
function withoutNulls(value) {
  return JSON.parse(JSON.stringify(plain(value)), (_, each) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each
    return Object.fromEntries(Object.entries(each).filter(([, field]) => field !== null))
  })
}

function plain(value) {
  return JSON.parse(JSON.stringify(value ?? null), (_, each) => (each === 0 ? 0 : each))
}

function show(record, answer) {
  shown += 1
  if (shown > Number(flags.show)) return
  const text = (value) => JSON.stringify(value).slice(0, 300)
  console.log(`${record.id}: ${record.model} ${text(record.body ?? record.base64)}`)
  console.log(`  service: ${text(record.ok ? { ok: true, value: record.value } : { detail: record.detail })}`)
  console.log(`  program: ${text(answer)}`)
}

function fail(message) {
  console.error(message)
  child.kill()
  process.exit(2)
}
