/**
 * Measures sustained creates on the loopback, and writes docs/performance-servers.md.
 *
 *     npm run bench:servers                       with MODEL_ENTITY_PYTHON also FastAPI, with DATABASE_URL also the registry on Postgres
 *     npm run bench:servers -- --rounds 3 --seconds 1 --print      a short run that writes nothing
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { validateJson } from '../../src/validation/index.js'
import { measure, subject } from '../measure.js'
import { type Load, load } from './load.js'
import { serverPrograms } from './programs.js'
import { type Measured, serversReport } from './report.js'
import { requestBody } from './request-body.js'
import { RunningServer } from './server.js'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    print: { type: 'boolean', default: false },
  },
})
const seconds = Number(flags.seconds)
const data = mkdtempSync(join(tmpdir(), 'bench-registry-'))
const [machineLoad = 0] = loadavg()
const turns = []
try {
  for (const program of serverPrograms(data)) {
    turns.push({ program, server: await RunningServer.start(program), loads: [] as Load[], cpuSeconds: 0 })
  }
  for (const { server } of turns) await load(server.origin, seconds)
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    for (const turn of turns) {
      const before = turn.server.cpuSeconds()
      turn.loads.push(await load(turn.server.origin, seconds))
      turn.cpuSeconds += turn.server.cpuSeconds() - before
    }
  }
} finally {
  for (const { server } of turns) await server.stop()
  rmSync(data, { recursive: true, force: true })
}

const body = requestBody('llama-3.1-8b')
const times = await measure([
  subject('validateJson', () => validateJson('CreateModelEntityRequest', body)),
  subject('JSON.parse', () => JSON.parse(body)),
])
const measured = turns.map(({ program, loads, cpuSeconds }): Measured => ({ program, loads, cpuSeconds }))
const page = serversReport(measured, body.length, times, machineLoad)
if (flags.print) console.log(page)
else writeFileSync(fileURLToPath(new URL('../../docs/performance-servers.md', import.meta.url)), page)
