import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXAMPLE_BODY } from './bodies.js'
import { median } from './measure.js'
import { asJson } from './peers/ajv.js'
import { definitionOf } from './peers/definition.js'

/** Milliseconds from the start of a process to its first verdict, over those of a process that does nothing. */
export interface ColdStart {
  readonly ours: number
  readonly ajv: number
  readonly emptyProcess: number
}

/** Starts processes in turns and takes medians; what we ship must be built. */
export function measureColdStart(rounds = 40): ColdStart {
  const folder = mkdtempSync(join(tmpdir(), 'cold-start-'))
  try {
    const scripts = Object.entries(SCRIPTS).map(([name, script]) => {
      const path = join(folder, `${name}.mjs`)
      writeFileSync(path, script)
      return { path, milliseconds: [] as number[] }
    })
    for (let round = 0; round < rounds; round++) {
      for (const { path, milliseconds } of scripts) milliseconds.push(timeOf(path))
    }
    const [emptyProcess = 0, ours = 0, ajv = 0] = scripts.map(({ milliseconds }) => median(milliseconds))
    return { emptyProcess, ours: ours - emptyProcess, ajv: ajv - emptyProcess }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const BODY = JSON.stringify(EXAMPLE_BODY.text)

const SCRIPTS = {
  empty: '',
  ours: `import { validate } from ${JSON.stringify(new URL('../dist/validation.js', import.meta.url).href)}
if (!validate('ModelEntity', JSON.parse(${BODY})).ok) process.exit(1)`,
  ajv: `import { Ajv } from ${JSON.stringify(import.meta.resolve('ajv'))}
import addFormats from ${JSON.stringify(import.meta.resolve('ajv-formats'))}
const ajv = addFormats(new Ajv({ strict: false }))
if (!ajv.compile(${JSON.stringify(asJson(definitionOf('ModelEntity')))})(JSON.parse(${BODY}))) process.exit(1)`,
} as const

function timeOf(script: string): number {
  const start = process.hrtime.bigint()
  const { status } = spawnSync(process.execPath, [script], { stdio: 'ignore' })
  if (status !== 0) throw new Error(`${script} ended with ${status}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}
