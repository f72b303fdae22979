import { cpus, type } from 'node:os'
import { median } from '../measure.js'
import type { Load } from './load.js'
import type { ServerProgram } from './server.js'

/** What one server did. */
export interface Measured {
  readonly program: ServerProgram
  readonly loads: readonly Load[]
  readonly cpuSeconds: number
}

/** The page docs/performance-servers.md. `times` are nanoseconds of one call on the body, by what was called; `load` is that of the machine. */
export function serversReport(
  measured: readonly Measured[],
  bodyLength: number,
  times: ReadonlyMap<string, number>,
  load: number,
): string {
  const processor = cpus()[0]?.model ?? 'unknown processor'
  const validation = (times.get('validateJson') ?? Number.NaN) / 1000
  const parsing = (times.get('JSON.parse') ?? Number.NaN) / 1000
  return `# Performance of servers

Written by \`npm run bench:servers\`: models created one after the other on 16 connections of the loopback, by one client process. Each server is
one process, and they have their turns in every round. Requests per second are the median of the rounds; latencies are those of all requests.
Client and servers share the processor, so compare the rows, and not with other machines. The time of the processor is the server's own.

- Machine: ${processor}, ${cpus().length} cores, ${type()}, Node ${process.versions.node}
- Load of the machine before the run: ${load.toFixed(1)} (an idle machine has 0; at more than 1 the numbers are too low)
- Date: ${new Date().toISOString().slice(0, 10)}
- Body: ${bodyLength} characters, the fields of the API page's example

## Without a store

Every server reads the body, validates it, and answers the entity. FastAPI is the application of the platform's own classes that the answers are
compared with.

${table(measured.filter(({ program }) => program.stores !== true))}

## The registry

\`examples/registry\`: it also looks for the workspace, the fileset and the name, and keeps the model in a transaction.

${table(measured.filter(({ program }) => program.stores === true))}

## The share of validation

\`validateJson\` takes ${validation.toFixed(1)} µs for this body. That includes its parsing: \`JSON.parse\` alone takes ${parsing.toFixed(1)} µs.

| server | µs of the processor a request | of them \`validateJson\` |
|---|---|---|
${measured
  .filter(({ program }) => /model-entity|registry/.test(program.name))
  .map((one) => `| ${one.program.name} | ${cpuMicroseconds(one)} | ${share(validation, one)} |`)
  .join('\n')}
`
}

function table(measured: readonly Measured[]): string {
  const rows = measured.map((one) => {
    const rate = median(one.loads.map(({ requests, seconds }) => requests / seconds))
    const latencies = one.loads.flatMap((each) => each.latencies).sort((first, second) => first - second)
    const at = (part: number) => (latencies[Math.floor(latencies.length * part)] ?? Number.NaN).toFixed(1)
    return `| ${one.program.name} | ${Math.round(rate)} | ${at(0.5)} | ${at(0.99)} | ${cpuMicroseconds(one)} |`
  })
  return `| server | requests/s | p50, ms | p99, ms | µs of the processor a request |\n|---|---|---|---|---|\n${rows.join('\n')}`
}

function cpuMicroseconds(one: Measured): string {
  const perRequest = cpuPerRequest(one)
  return Number.isNaN(perRequest) ? 'not measured' : perRequest.toFixed(0)
}

function share(validation: number, one: Measured): string {
  const part = (validation / cpuPerRequest(one)) * 100
  return Number.isNaN(part) ? 'not measured' : `${part.toFixed(1)} %`
}

function cpuPerRequest({ loads, cpuSeconds }: Measured): number {
  return (cpuSeconds * 1_000_000) / loads.reduce((total, { requests }) => total + requests, 0)
}
