/** Measures configs read here against models built by transformers; writes docs/performance-checkpoint.md: `npm run bench:checkpoint`. */
import { writeFileSync } from 'node:fs'
import { cpus, type } from 'node:os'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { architectureFromConfig, moduleGroups, parameters } from '../src/architecture/index.js'
import { modelSpecFromConfig } from '../src/checkpoint/index.js'
import { type CheckpointRecord, readRecords } from '../test/architecture/records.js'
import { heldBytes } from './heap.js'
import { median, subject } from './measure.js'
import { startTransformers } from './transformers.js'

const AIMED_RATIO = 100
const AIMED_KILOBYTES = 40
/** Single calls: as few as one makes of a config, so that little is compiled yet. */
const ROUNDS = 15

/** One family, measured. */
interface Row {
  readonly family: string
  readonly name: string
  readonly parameters: number
  readonly ours: number
  /** Nanoseconds; absent where transformers of that version does not build the family. */
  readonly theirs: number | undefined
}

const transformers = await startTransformers()
const rows: Row[] = []
for (const record of onePerFamily()) rows.push(await measured(record))
transformers?.stop()

const kilobytes = await bundleKilobytes(`export { architectureFromConfig } from './src/architecture/index.js'
  export { modelSpecFromConfig } from './src/checkpoint/index.js'`)
const text = page(rows, growth(), kilobytes)
writeFileSync(new URL('../docs/performance-checkpoint.md', import.meta.url), text)
console.log(text)

function onePerFamily(): CheckpointRecord[] {
  const families = new Map<string, CheckpointRecord>()
  for (const record of readRecords('public.jsonl.gz'))
    if (!families.has(record.family)) families.set(record.family, record)
  return [...families.values()].sort((a, b) => (a.family < b.family ? -1 : 1))
}

async function measured({ family, name, config }: CheckpointRecord): Promise<Row> {
  const { spec } = modelSpecFromConfig(config)
  const work = subject(family, () => modelSpecFromConfig(config))
  const times = await Promise.all(Array.from({ length: ROUNDS }, () => work.time(1)))
  const theirs = await transformers?.time(config)
  const known = theirs !== undefined && 'total' in theirs ? theirs : undefined
  if (known !== undefined && known.total !== spec.base_num_parameters)
    throw new Error(`${name}: ${spec.base_num_parameters} parameters here, ${known.total} there`)
  return { family, name, parameters: spec.base_num_parameters, ours: median(times), theirs: known?.nanoseconds }
}

/** What a description takes, as models grow. */
function growth(): string {
  const cases: [string, object][] = [
    ['Llama, 2 layers', { model_type: 'llama', num_hidden_layers: 2 }],
    ['Llama, 200 layers', { model_type: 'llama', num_hidden_layers: 200 }],
    ['Mixtral, 8 experts', { model_type: 'mixtral', num_local_experts: 8 }],
    ['Mixtral, 512 experts', { model_type: 'mixtral', num_local_experts: 512 }],
    ['DeepSeek-V3, 61 layers of 256 experts', { model_type: 'deepseek_v3' }],
  ]
  const cells = cases.map(([name, config]) => {
    const model = architectureFromConfig(config)
    const tensors = [...parameters(model)].length
    const bytes = heldBytes(() => architectureFromConfig(config))
    return `| ${name} | ${count(tensors)} | ${[...moduleGroups(model)].length} | ${(bytes / 1024).toFixed(1)} |`
  })
  return `| | tensors of the model | modules held | kB held |\n|---|---|---|---|\n${cells.join('\n')}`
}

/** A bundle for browsers, minified and gzipped. */
async function bundleKilobytes(contents: string): Promise<number> {
  const stdin = { contents, resolveDir: new URL('..', import.meta.url).pathname }
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  })
  const [bundle] = outputFiles
  if (bundle === undefined) throw new Error('nothing was bundled')
  return gzipSync(bundle.contents, { level: 9 }).length / 1000
}

function page(rows: readonly Row[], growthTable: string, kilobytes: number): string {
  const ratios = rows.flatMap(({ ours, theirs }) => (theirs === undefined ? [] : [theirs / ours]))
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${type()}, Node ${process.versions.node}`
  const middle = ratios.length > 0 ? Math.round(median(ratios)) : undefined
  return `# Performance of checkpoint inspection

Written by \`npm run bench:checkpoint\`. It compares two ways to inspect a config. Here: \`modelSpecFromConfig\` of a parsed config, with
every linear layer listed. transformers: the model of the same config is built on torch's meta device (without weights), its unique parameters
are counted and its linear layers listed. Imports are not timed. All times are medians. Where both give a total, the totals are equal.

- Machine: ${machine}
- Date: ${new Date().toISOString().slice(0, 10)}
- Compared with: ${transformers?.version ?? 'nothing (set `MODEL_ENTITY_PYTHON` to a Python that has transformers and torch)'}

## Aims

| aim | wanted | measured | |
|---|---|---|---|
| times faster, at the median of ${ratios.length} families | ${AIMED_RATIO} | ${middle === undefined ? 'not measured' : count(middle)} | ${verdict(middle === undefined ? undefined : middle >= AIMED_RATIO)} |
| all families and \`modelSpecFromConfig\` in a browser, minified and gzipped, at most | ${AIMED_KILOBYTES} kB | ${kilobytes.toFixed(1)} kB | ${verdict(kilobytes <= AIMED_KILOBYTES)} |

A web page can load this code [on demand](checkpoints.md#in-a-browser), when it has a config to read.

## Memory as models grow

A repeated layer is stored once, with a list of its indices. More layers or experts do not add modules, only indices of eight bytes each.

${growthTable}

## By family

| family | config | parameters | here, ms | transformers, ms | times faster |
|---|---|---|---|---|---|
${rows.map(rowText).join('\n')}
`
}

function rowText({ family, name, parameters, ours, theirs }: Row): string {
  const compared =
    theirs === undefined ? 'not supported | ' : `${(theirs / 1e6).toFixed(1)} | ${count(Math.round(theirs / ours))}`
  return `| ${family} | ${name} | ${count(parameters)} | ${(ours / 1e6).toFixed(3)} | ${compared} |`
}

function verdict(met: boolean | undefined): string {
  return met === undefined ? '' : met ? 'met' : 'not met'
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
