/**
 * Starts the platform on the loopback, sends it requests to create models, and prints where `creationRefusals` differs. Then sends other
 * requests with our client, and prints what it understands otherwise.
 *
 *     npm run oracle:http                                   compares 1,000 requests; installs the platform first if needed
 *     npm run oracle:http -- --count 200 --seed 7           compares other requests; the same seed gives the same requests
 *     npm run oracle:http -- --record PATH                  writes the platform's answers, gzipped
 *
 * `--python PATH` uses the Python of an existing installation.
 */
import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { createClient } from '../src/client/index.js'
import { type CreateAnswer, OurRegistry } from '../test/oracle/http/answers.js'
import { clientAnswer } from '../test/oracle/http/client-answer.js'
import { RunningPlatform } from '../test/oracle/http/platform.js'
import { type CreateRequest, requests } from '../test/oracle/http/requests.js'
import { platformPython } from '../test/oracle/installation.js'

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string' },
    record: { type: 'string' },
    show: { type: 'string', default: '20' },
  },
})

const platform = await RunningPlatform.start(platformPython(flags.python))
const registry = new OurRegistry()
const lines: string[] = []
let differences = 0
try {
  for (const request of requests(Number(flags.count), Number(flags.seed))) {
    const { status, detail } = await platform.create(request)
    lines.push(`${JSON.stringify({ ...request, status, answer: detail === undefined ? {} : { detail } })}\n`)
    compare(request, detail === undefined ? { status } : { status, detail }, 'platform')
  }
  const client = createClient({ baseUrl: platform.origin })
  for (const request of requests(Number(flags.count), Number(flags.seed) + 1_000_000)) {
    const answer = await clientAnswer(client, request)
    if (answer !== undefined) compare(request, answer, 'client')
  }
} finally {
  await platform.stop()
}
console.log(`2 × ${flags.count} requests: ${differences} differences`)
if (flags.record !== undefined) writeFileSync(flags.record, gzipSync(lines.join(''), { level: 9 }))
process.exitCode = differences > 0 ? 1 : 0

/** Counts and prints a difference to what the library says of the request. */
function compare(request: CreateRequest, answer: CreateAnswer, from: string): void {
  const ours = registry.answer(request)
  if (isDeepStrictEqual(ours, answer)) return
  differences += 1
  if (differences > Number(flags.show)) return
  console.log(JSON.stringify(request).slice(0, 1000))
  console.log(`  ${from}: ${answer.status} ${JSON.stringify(answer.detail)}`)
  console.log(`  library: ${ours.status} ${JSON.stringify(ours.detail)}`)
}
