/**
 * Compares estimates with torch's own accounting, on random options of small models.
 *
 *     pip install -r test/oracle/memory/requirements.txt
 *     npm run oracle:memory -- --seed 7 --count 200
 *     npm run oracle:memory -- --python .venv/bin/python --family gemma2 --count 50
 *     npm run oracle:memory -- --axis packed --axis ranks
 *
 * Prints each case that differs by more than 0.001 %, and exits with 1 if there are any. A case takes up to three seconds, on several ranks longer.
 * Cases of ZeRO need DeepSpeed, without which they are not run, and those of `loss` and `preference` the folders that losses.py names. The families
 * are those that the installed version of transformers has and that are described as it writes them: 4.57.6 has most, 5.24.0 the others.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { AXES, type Axis } from '../test/oracle/memory/axis-draws.js'
import type { ConfigFacts } from '../test/oracle/memory/config-draws.js'
import { RECORDERS } from '../test/oracle/memory/recorders.js'
import { compared, type SweepCase, sweepCases, sweepFamilies, type Truth } from '../test/oracle/memory/sweep.js'
import { Random } from '../test/oracle/random.js'

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    family: { type: 'string', multiple: true, default: [] },
    axis: { type: 'string', multiple: true, default: [] },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'oracle-memory-'))
const version = versionOfTransformers()
const request = {
  count: Number(flags.count),
  version,
  families: flags.family,
  axes: axesOf(flags.axis),
  facts: factsOf(),
}
const cases = [...sweepCases(new Random(Number(flags.seed)), request)]
const records = RECORDERS.flatMap((recorder) =>
  recorded(
    recorder,
    cases.filter((each) => each.recorder === recorder),
  ),
)

const verdicts = new Map(records.map((record) => [record, compared(record, record.truth)]))
for (const [{ id, config, options }, verdict] of verdicts) {
  if (verdict.kind === 'exact') continue
  const said = verdict.kind === 'refused' ? `refused: ${verdict.message}` : difference(verdict)
  console.log(`${id}: ${said}\n  ${JSON.stringify({ config, options })}`)
}
const numberOf = (kind: string) => [...verdicts.values()].filter((verdict) => verdict.kind === kind).length
console.log(
  `seed ${flags.seed}: ${numberOf('exact')} exact, ${numberOf('off')} differ, ${numberOf('refused')} refused here, ${cases.length - records.length} that transformers does not run. Cases and records: ${folder}`,
)
process.exitCode = numberOf('off') > 0 ? 1 : 0

function axesOf(names: readonly string[]): readonly Axis[] {
  const axes = AXES.filter((axis) => names.includes(axis))
  return axes.length > 0 ? axes : AXES
}

function difference({ estimated, recorded, where }: { estimated: number; recorded: number; where: string }): string {
  const percent = (100 * (estimated - recorded)) / recorded
  return `${percent > 0 ? '+' : ''}${percent.toFixed(3)} % (${estimated - recorded} bytes), at ${where}`
}

/** The records of some cases: those that transformers cannot run have none. */
function recorded(recorder: string, some: readonly SweepCase[]): (SweepCase & { readonly truth: Truth })[] {
  if (some.length === 0) return []
  const [source, target] = [join(folder, `${recorder}.cases.jsonl`), join(folder, `${recorder}.records.jsonl`)]
  writeFileSync(source, some.map((each) => `${JSON.stringify(each)}\n`).join(''))
  const program = fileURLToPath(new URL(`../test/oracle/memory/${recorder}`, import.meta.url))
  python([program, source, target], 'inherit')
  if (!existsSync(target)) return []
  return readFileSync(target, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function versionOfTransformers(): 4 | 5 {
  const version = python(['-c', 'import transformers; print(transformers.__version__)'], 'pipe')
  return version.startsWith('4.') ? 4 : 5
}

/** The fields of the config classes of the families. */
function factsOf(): Record<string, ConfigFacts> {
  const program = fileURLToPath(new URL('../test/oracle/memory/config_facts.py', import.meta.url))
  return JSON.parse(python([program, ...sweepFamilies(version, flags.family)], 'inherit'))
}

function python(given: readonly string[], stderr: 'inherit' | 'pipe'): string {
  const { status, stdout, error } = spawnSync(flags.python, given, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', stderr],
    maxBuffer: 2 ** 30,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${flags.python} ended with ${status}: is transformers installed?`)
  return stdout
}
