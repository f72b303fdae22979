/** Measures this package against its peers and writes docs/performance.md: `npm run bench`. */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { is, validate, validateJson } from '../src/validation/index.js'
import { type Body, ERRORS_BODY, EXAMPLE_BODY, LAYERS_BODY, withLayers } from './bodies.js'
import { measureColdStart } from './cold-start.js'
import { measure, subject } from './measure.js'
import { peers } from './peers/index.js'
import { type Pydantic, startPydantic } from './pydantic.js'
import { type Aim, report, type Table } from './report.js'

const OURS = 'model-entity'
const PYDANTIC = 'pydantic-core, from JSON'
const PEERS = peers()

const pydantic = await startPydantic()
const tables = [...(await tablesOf(EXAMPLE_BODY)), ...(await tablesOf(LAYERS_BODY)), await errorsTable(ERRORS_BODY)]
const [exampleIs, exampleValidate, exampleJson, layersIs, layersValidate, layersJson, errors] = tables
const growth = await growthTable()
const coldStart = measureColdStart()
pydantic?.stop()

const aims: Aim[] = [
  aim("`is`, of TypeBox's compiler", 0.8, exampleIs, OURS, 'TypeBox 0.34 compiler'),
  aim('the same with 300 layers', 0.8, layersIs, OURS, 'TypeBox 0.34 compiler'),
  aim('`validate`, of ArkType, which copies nothing', 1, exampleValidate, OURS, 'ArkType'),
  aim('the same with 300 layers', 1, layersValidate, OURS, 'ArkType'),
  aim('`validate`, of Zod', 0.2, exampleValidate, OURS, 'Zod 4'),
  aim('the same with 300 layers', 0.2, layersValidate, OURS, 'Zod 4'),
  aim('`validateJson`, of `JSON.parse`', 1.3, exampleJson, `${OURS}, validateJson`, 'JSON.parse alone'),
  aim('the same with 300 layers', 1.3, layersJson, `${OURS}, validateJson`, 'JSON.parse alone'),
  aim("ten errors of a value, of pydantic-core's time from JSON", 1 / 3, errors, OURS, PYDANTIC),
  aim('the same from JSON as well', 1 / 3, errors, `${OURS}, validateJson`, PYDANTIC),
  aim("ten errors of a value, of Valibot's time", 1, errors, OURS, 'Valibot'),
  { text: 'cold start, of Ajv compiling at start-up', atMost: 1 / 3, measured: coldStart.ours / coldStart.ajv },
]

const text = report([...tables, growth], aims, versions(pydantic), remarks())
writeFileSync(new URL('../docs/performance.md', import.meta.url), text)
console.log(text)

/** The verdict alone, a new value, and from text. */
async function tablesOf(body: Body): Promise<Table[]> {
  const next = values(body)
  const verdicts = await measure([
    subject(OURS, () => is('ModelEntity', next())),
    ...PEERS.map(({ name, is }) => subject(name, () => is(next()))),
  ])
  const results = await measure([
    subject(OURS, () => validate('ModelEntity', next())),
    ...PEERS.flatMap(({ name, validate }) => (validate === undefined ? [] : [subject(name, () => validate(next()))])),
  ])
  const fromText = await measure([
    subject('JSON.parse alone', () => JSON.parse(body.text)),
    subject(`${OURS}, validateJson`, () => validateJson('ModelEntity', body.text)),
    ...(pydantic === undefined ? [] : [pydantic.subject(PYDANTIC, body)]),
  ])
  return [
    { title: `The verdict alone: ${body.name}`, note: 'A boolean, nothing else.', baseline: OURS, times: verdicts },
    {
      title: `A new value: ${body.name}`,
      note: 'Defaults filled in, extra fields dropped, the input untouched; ArkType answers its input.',
      baseline: OURS,
      times: results,
    },
    {
      title: `From text: ${body.name}`,
      note: `${body.text.length} characters.`,
      baseline: 'JSON.parse alone',
      times: fromText,
    },
  ]
}

async function errorsTable(body: Body): Promise<Table> {
  const next = values(body)
  const times = await measure([
    subject(OURS, () => validate('ModelEntity', next())),
    subject(`${OURS}, validateJson`, () => validateJson('ModelEntity', body.text)),
    ...PEERS.map(({ name, errors }) => subject(name, () => errors(next()))),
    ...(pydantic === undefined ? [] : [pydantic.subject(PYDANTIC, body)]),
  ])
  const note =
    "Every error with its place and words, ours in the service's. From parsed values, unless it says from JSON."
  return { title: `Every error: ${body.name}`, note, baseline: OURS, times }
}

/** Twice the body, twice the time. */
async function growthTable(): Promise<Table> {
  const subjects = [1000, 2000, 4000, 8000].map((layers) => {
    const text = JSON.stringify(withLayers(layers))
    return subject(`${layers} layers, ${text.length} characters`, () => validateJson('ModelEntity', text))
  })
  const [baseline] = subjects
  return {
    title: 'Growth: validateJson of ever more linear layers',
    note: 'The ratio should grow as the number of layers does.',
    baseline: baseline?.name ?? '',
    times: await measure(subjects, 15),
  }
}

/** Copies of a body's value in turn, so that none is warmer than another. */
function values(body: Body): () => unknown {
  const copies: unknown[] = Array.from({ length: 16 }, () => JSON.parse(body.text))
  let turn = 0
  return () => copies[turn++ & 15]
}

function aim(text: string, atMost: number, table: Table | undefined, ours: string, peer: string): Aim {
  const measured = (table?.times.get(ours) ?? Number.NaN) / (table?.times.get(peer) ?? Number.NaN)
  return { text, atMost, measured }
}

function versions(python: Pydantic | undefined): string[] {
  const require = createRequire(import.meta.url)
  const names = ['ajv', 'ajv-formats', '@sinclair/typebox', 'typebox', 'zod', 'valibot', 'arktype']
  const found = names.map((name) => `${name} ${require(`../node_modules/${name}/package.json`).version}`)
  const absent = 'pydantic-core not found (set `MODEL_ENTITY_PYTHON` to a Python that has fastapi and pydantic)'
  return [...found, python === undefined ? absent : `pydantic-core ${python.version}`]
}

function remarks(): string {
  const { ours, ajv, emptyProcess } = coldStart
  return `## Cold start

From the start of a process to its first verdict, over a process that does nothing (${emptyProcess.toFixed(1)} ms):
this package ${ours.toFixed(1)} ms, Ajv with ajv-formats compiling the same definition ${ajv.toFixed(1)} ms.

## How it is done

- The fast path (\`src/validation/generated/fast-path.js\`) is emitted from the plans of the definitions: two functions a model.
  One gives the verdict. It accepts only what needs no change, and most of what it costs is a regular expression for each name,
  date-time and URL. The other makes the answer from an accepted value as one object literal a model.
- \`validateJson\` counts brackets, leaves the text to \`JSON.parse\` and asks the fast path; only a text that the fast path refuses is searched
  for what \`JSON.parse\` would read otherwise than Python.
- The slow path only sees what the fast path refuses: wrong values, coercions and rare spellings. The parts of such a value that are
  right take the fast path of their own.
`
}
