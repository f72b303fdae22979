/**
 * Says what the library makes of the default config of every model type, as `every_type.py` prints them:
 *
 *     npx tsx test/oracle/checkpoint/every-type.ts every-type.jsonl
 *
 * Each is asked for as it is saved, and with nothing but its type and class. Exits with 1 if a total differs without a note.
 */
import { readFileSync } from 'node:fs'
import { architectureFromConfig, CheckpointError, totalParameters } from '../../../src/architecture/index.js'

interface Row {
  readonly type: string
  readonly class: string | null
  readonly config?: Readonly<Record<string, unknown>>
  readonly total?: number
}

const WRONG = 'wrong without a note'

const [path = ''] = process.argv.slice(2)
const found = new Map<string, string[]>()
for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
  const row: Row = JSON.parse(finite(line))
  const bare = { model_type: row.type, architectures: [row.class] }
  count(`saved: ${outcome(row, { ...row.config, ...bare })}`, row.type)
  count(`bare: ${outcome(row, bare)}`, row.type)
}
for (const [what, types] of [...found].sort()) console.log(`${types.length} ${what}: ${types.join(' ')}\n`)
process.exitCode = [...found.keys()].some((what) => what.endsWith(WRONG)) ? 1 : 0

function outcome({ class: className, total }: Row, config: Readonly<Record<string, unknown>>): string {
  if (className === null || total === undefined) return 'not built by transformers'
  try {
    const architecture = architectureFromConfig(config)
    const isNoted = architecture.notes.length > 0
    if (totalParameters(architecture) === total) return isNoted ? 'exact, with a note' : 'exact'
    return isNoted ? 'another total, with a note' : WRONG
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    return `refused, ${error.help === undefined ? 'without' : 'with'} a way out`
  }
}

function count(what: string, type: string): void {
  found.set(what, [...(found.get(what) ?? []), type])
}

/** JSON without the numbers that only Python writes. */
function finite(text: string): string {
  return text.replaceAll(/(?<=[:[,] )(-?)(Infinity|NaN)\b/g, (_, sign: string, word: string) =>
    word === 'NaN' ? 'null' : `${sign}1e999`,
  )
}
