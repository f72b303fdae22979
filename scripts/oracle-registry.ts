/**
 * Sends the steps of test/oracle/registry to the platform, started on the loopback, and writes its answers.
 *
 *     npm run oracle:registry -- --record test/fixtures/registry/answers.jsonl.gz
 *
 * `--python PATH` uses the Python of an existing installation.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { RunningPlatform } from '../test/oracle/http/platform.js'
import { platformPython } from '../test/oracle/installation.js'
import { comparable, send } from '../test/oracle/registry/send.js'
import { STEPS, WORLD } from '../test/oracle/registry/steps.js'

const { values: flags } = parseArgs({
  options: { python: { type: 'string' }, record: { type: 'string' } },
})

const platform = await RunningPlatform.start(platformPython(flags.python))
const lines: string[] = []
try {
  await makeWorld(platform.origin)
  for (const step of STEPS) {
    const answer = comparable(await send(platform.origin, step))
    lines.push(`${JSON.stringify({ ...step, answer })}\n`)
  }
} finally {
  await platform.stop()
}
console.log(`${lines.length} answers`)
if (flags.record !== undefined) writeFileSync(flags.record, gzipSync(lines.join(''), { level: 9 }))

async function makeWorld(origin: string): Promise<void> {
  const entities = `${origin}/apis/entities/v2/workspaces`
  const files = `${origin}/apis/files/v2/workspaces`
  for (const name of WORLD.workspaces) await made(entities, { name })
  for (const { workspace, name } of WORLD.projects) await made(`${entities}/${workspace}/projects`, { name })
  for (const fileset of WORLD.filesets) {
    const filesets = `${files}/${fileset.workspace}/filesets`
    await made(filesets, { name: fileset.name })
    for (const [file, text] of Object.entries(fileset.files)) {
      await fetch(`${filesets}/${fileset.name}/-/${file}`, { method: 'PUT', body: text })
    }
  }
}

async function made(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`)
}
