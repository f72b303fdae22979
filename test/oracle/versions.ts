import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { differences } from '../export/differences.js'
import { isSameAnswer } from './compare.js'
import { RunningPlatform } from './http/platform.js'
import { type OracleRecord, readRecords } from './records.js'
import { Service, type ServiceAnswer } from './service.js'

/** What a version of the platform changes for us against what is recorded, one line for each change. */
export async function changesOf(python: string): Promise<string[]> {
  return [...schemaChanges(python), ...(await answerChanges(python)), ...(await refusalChanges(python))]
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
}

function schemaChanges(python: string): string[] {
  const program = fileURLToPath(new URL('schemas.py', import.meta.url))
  const theirs: unknown = JSON.parse(
    execFileSync(python, [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  )
  const recorded: unknown = JSON.parse(readFileSync(fixture('platform-schemas.json'), 'utf8'))
  return differences(theirs, recorded).map((change) => `schema ${change}`)
}

/** The recorded bodies asked again; a kind of change is told once, with the first body that shows it. */
async function answerChanges(python: string): Promise<string[]> {
  const service = new Service(python)
  const changes = new Map<string, string>()
  for (const record of [...readRecords('vectors'), ...readRecords('generated')]) {
    const answer = await service.ask(record)
    if (!('crash' in answer) && isSameAnswer(answer, record)) continue
    const change = `${record.model}: ${summary(record)} -> ${summary(answer)}`
    if (!changes.has(change)) changes.set(change, `answer ${change}, first of ${record.id}`)
  }
  service.close()
  return [...changes.values()]
}

function summary(answer: OracleRecord | ServiceAnswer): string {
  if (answer.ok) return 'a value'
  if ('crash' in answer) return 'a crash'
  if (typeof answer.detail === 'string') return answer.detail
  return answer.detail.map(({ type, msg }) => `${type} "${msg}"`).join(', ')
}

async function refusalChanges(python: string): Promise<string[]> {
  const platform = await RunningPlatform.start(python)
  try {
    const changes: string[] = []
    const lines = gunzipSync(readFileSync(fixture('fastapi/http-combinations.jsonl.gz')))
      .toString()
      .trim()
      .split('\n')
    for (const line of lines) {
      const { status, answer, ...request } = JSON.parse(line)
      const now = await platform.create(request)
      if (now.status === status && JSON.stringify(now.detail) === JSON.stringify(answer.detail)) continue
      const [before, after] = [answer, now].map(({ detail }) => JSON.stringify(detail) ?? '')
      changes.push(`refusal ${status} ${before} -> ${now.status} ${after}, of ${JSON.stringify(request).slice(0, 300)}`)
    }
    return changes
  } finally {
    await platform.stop()
  }
}
