/**
 * Sends request bodies of every content type, encoding and size to the platform's own classes behind FastAPI and uvicorn, and to a server of
 * each framework with this library. Prints where they differ.
 *
 *     npm run oracle:bodies -- --count 2000 --seed 1                       the same seed gives the same requests
 *     npm run oracle:bodies -- --only fastify                              one framework
 *     npm run oracle:bodies -- --record test/fixtures/fastapi/sent.jsonl.gz
 *
 * `--python PATH` uses the Python of an existing installation.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { SERVERS, type TestServer } from '../test/adapters/servers.js'
import { platformPython } from '../test/oracle/installation.js'
import { isCrash, isIntendedSent, isSameSent } from '../test/oracle/server/compare.js'
import { sentBodies } from '../test/oracle/server/sent-bodies.js'
import { send } from '../test/oracle/server/sent-body.js'
import { serveService } from '../test/oracle/server/service.js'

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string' },
    record: { type: 'string' },
    only: { type: 'string' },
    show: { type: 'string', default: '20' },
  },
})

const service = await serveService(platformPython(flags.python))
const names = Object.keys(SERVERS).filter((name) => flags.only === undefined || name === flags.only)
const servers: [string, TestServer][] = []
const lines: string[] = []
let crashes = 0
let intended = 0
let differences = 0
try {
  for (const name of names) {
    const server = await SERVERS[name]?.()
    if (server !== undefined) servers.push([name, server])
  }
  for (const body of sentBodies(Number(flags.count), Number(flags.seed))) {
    const answer = await send(service.origin, body)
    if (isCrash(answer)) crashes += 1
    let isAlike = !isCrash(answer)
    for (const [name, server] of servers) {
      const ours = await send(server.origin, body)
      if (isCrash(answer) ? !isCrash(ours) : isSameSent(answer, ours)) continue
      isAlike = false
      if (isIntendedSent(ours)) {
        intended += 1
        continue
      }
      differences += 1
      if (differences > Number(flags.show)) continue
      console.log(JSON.stringify({ ...body, base64: Buffer.from(body.base64, 'base64').toString().slice(0, 300) }))
      console.log(`  service: ${JSON.stringify(answer).slice(0, 600)}`)
      console.log(`  ${name}: ${JSON.stringify(ours).slice(0, 600)}`)
    }
    if (isAlike) lines.push(`${JSON.stringify({ ...body, ...answer })}\n`)
  }
} finally {
  service.close()
  for (const [, server] of servers) await server.close()
}
console.log(
  `${flags.count} requests to ${names.join(', ')}: ${differences} differences, ${intended} intended; ${crashes} crashes of the service`,
)
if (flags.record !== undefined) writeFileSync(flags.record, gzipSync(lines.join(''), { level: 9 }))
process.exitCode = differences > 0 ? 1 : 0
