/**
 * Runs examples/spark on generated entities, with errors among them, in local mode: the results must be those of a run on a single machine,
 * in the same order.
 *
 *     npm run test:spark                     200,000 entities in 8 files
 *     npm run test:spark -- --count 20000    fewer
 *
 * Spark is installed from PyPI into .cache/spark. Without Java or Python, nothing is run, and that is said.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { CLI, isThere, ROOT } from '../test/integrations/integration.js'
import { sparkEntities } from '../test/integrations/spark-entities.js'
import { install, NotInstalled } from '../test/languages/install.js'
import { run } from '../test/languages/shell.js'

const { values: flags } = parseArgs({
  options: { count: { type: 'string', default: '200000' }, seed: { type: 'string', default: '1' } },
})
const CACHE = join(ROOT, '.cache')
const SPARK = join(CACHE, 'spark')
const WORK = join(CACHE, 'spark-work')
const EXAMPLE = join(ROOT, 'examples/spark')
const FILES = 8

const missing = ['java', 'python3'].filter((program) => !isThere(program))
if (missing.length > 0) console.log(`skip  Spark: no ${missing.join(', no ')} on this machine`)
else if (installed()) {
  rmSync(WORK, { recursive: true, force: true })
  mkdirSync(join(WORK, 'entities'), { recursive: true })
  const entities = sparkEntities(Number(flags.count), Number(flags.seed))
  const faults = [...checkFaults(entities), ...tableFaults(entities)]
  for (const fault of faults) console.log(`FAIL  ${fault}`)
  rmSync(WORK, { recursive: true, force: true })
  process.exitCode = faults.length > 0 ? 1 : 0
}

function installed(): boolean {
  try {
    install(CACHE, { kind: 'pip', folder: 'spark', packages: ['pyspark==4.0.1', 'pandas==2.3.3', 'pyarrow==21.0.0'] })
    return true
  } catch (error) {
    if (!(error instanceof NotInstalled)) throw error
    console.log(`skip  Spark: cannot be installed: ${error.message}`)
    return false
  }
}

/** The check of gzipped JSON Lines by `rdd.pipe`. The last file is empty. */
function checkFaults(entities: readonly string[]): string[] {
  const share = Math.ceil(entities.length / FILES)
  for (let file = 0; file <= FILES; file += 1) {
    const lines = entities.slice(file * share, (file + 1) * share).map((line) => `${line}\n`)
    writeFileSync(join(WORK, `entities/part-${file}.jsonl.gz`), gzipSync(lines.join(''), { level: 1 }))
  }
  const found = submit('check_files.py', join(WORK, 'entities/*.jsonl.gz'), join(WORK, 'diagnostics'))
  const flags = ['--stdin-filename', 'part.jsonl', '--format', 'jsonl', '--max-diagnostics', '0', '--no-config']
  const command = `"${process.execPath}" "${CLI}" check - ${flags.join(' ')} || [ $? = 1 ]`
  const expected = run(['sh', '-c', command], { cwd: WORK, input: `${entities.join('\n')}\n` })
  const faults = compare(
    'check_files.py',
    found.filter(isOfOneEntity).map(placeInAll),
    expected
      .trimEnd()
      .split('\n')
      .filter(isOfOneEntity)
      .map((line) => sorted(line)),
  )
  console.log(`${entities.length} entities in ${FILES + 1} files: ${found.length} diagnostics, ${faults.length} faults`)
  return faults
}

/** A diagnostic with its place in all lines: a partition counts them from its own start. */
function placeInAll(line: string): string {
  const { entity, document } = JSON.parse(line)
  const moved = entity - document
  return sorted(line, (key, value) => {
    if (key === 'entity') return undefined
    if (key === 'document') return entity
    return key === 'line' || key === 'endLine' ? Number(value) + moved : value
  })
}

/** Only a machine that sees all entities finds the same name in two partitions: the example's README says how Spark does. */
function isOfOneEntity(line: string): boolean {
  return JSON.parse(line).code !== 'duplicate-entity'
}

/** The validation of a table by a pandas UDF. Some rows have no body. */
function tableFaults(entities: readonly string[]): string[] {
  const bodies = entities.map((line, id) => (id % 50 === 49 ? null : line.replace(/,/, ',\n')))
  const rows = bodies.map((body, id) => `${JSON.stringify({ id, body })}\n`)
  mkdirSync(join(WORK, 'table'))
  for (let at = 0; at < FILES; at += 1) {
    const share = Math.ceil(rows.length / FILES)
    writeFileSync(join(WORK, `table/${at}.json`), rows.slice(at * share, (at + 1) * share).join(''))
  }
  const found = submit('check_table.py', join(WORK, 'table'), join(WORK, 'refused'))
  const asked = bodies.flatMap((body, id) => {
    return body === null ? [] : [JSON.stringify({ id, model: 'CreateModelEntityRequest', body })]
  })
  const answers = run([process.execPath, CLI, 'validate', '--serve'], { cwd: WORK, input: `${asked.join('\n')}\n` })
  const expected = answers
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const { id, ok, detail } = JSON.parse(line)
      return ok ? [] : [sorted(JSON.stringify({ id, detail }))]
    })
  // Spark reads the files of a table in an order of its own.
  const rowsOfTable = found.map((line) => JSON.parse(line)).sort((left, right) => left.id - right.id)
  const refused = rowsOfTable.map(({ id, detail }) => sorted(JSON.stringify({ id, detail: JSON.parse(detail) })))
  const faults = compare('check_table.py', refused, expected)
  console.log(`${entities.length} rows of a table: ${found.length} refused, ${faults.length} faults`)
  return faults
}

/** The lines that a program of the example writes. */
function submit(program: string, input: string, output: string): string[] {
  const command = join(SPARK, 'bin/spark-submit')
  const master = [
    '--master',
    'local[*]',
    '--conf',
    'spark.ui.enabled=false',
    '--conf',
    'spark.sql.files.maxPartitionBytes=8m',
  ]
  const env = {
    MODEL_ENTITY: `${process.execPath} ${CLI}`,
    PYSPARK_PYTHON: join(SPARK, 'bin/python'),
    PATH: `${join(SPARK, 'bin')}:${process.env['PATH']}`,
    SPARK_LOCAL_IP: '127.0.0.1',
  }
  run([command, ...master, '--py-files', 'model_entity.py,validator.py', program, input, output], { cwd: EXAMPLE, env })
  const parts = readdirSync(output).filter((name) => name.startsWith('part-'))
  const text = parts
    .sort()
    .map((name) => readFileSync(join(output, name), 'utf8'))
    .join('')
  return text.split('\n').filter((line) => line !== '')
}

function compare(what: string, found: readonly string[], expected: readonly string[]): string[] {
  if (expected.length < 1000) return [`${what}: only ${expected.length} results are expected`]
  const at = found.findIndex((line, index) => line !== expected[index])
  if (at < 0 && found.length === expected.length) return []
  return [
    `${what}: ${found.length} results, not ${expected.length}; the first difference:\n  ${found[at]}\n  ${expected[at]}`,
  ]
}

/** The same JSON with its fields in order, whatever wrote it. */
function sorted(line: string, change: (key: string, value: unknown) => unknown = (_, value) => value): string {
  return JSON.stringify(JSON.parse(line), (key, given: unknown) => {
    const value = change(key, given)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
  })
}
