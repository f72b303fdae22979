/**
 * Measures how long estimates and plans take for every family at its published size: `npm run bench:estimates:speed -- [TOKENS …] [--family NAME …]`.
 *
 * Prints those that miss the aims: 20 ms for an estimate of a dense model, 300 ms for mixtures and hybrids, 1 s for a plan. Other
 * processes of the machine change CPU time less than the clock, but do change it: run it alone. Then, with the Pythons that
 * `MODEL_ENTITY_PYTHON` names, it measures other estimators on some of the same models. Each family is told on standard error as soon as it
 * is measured. With `--family` it measures these alone, and no other estimators.
 */
import { execFileSync } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Architecture, architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, type MemoryOptions, planGpus } from '../../src/estimate/index.js'
import { type PublishedSize, publishedSizes } from './published-sizes.js'

type Kind = 'dense' | 'mixture or hybrid' | 'plan'

interface Measured {
  readonly family: string
  readonly run: string
  readonly tokens: number
  readonly kind: Kind
  readonly ms: number
}

const AIM_MS: Readonly<Record<Kind, number>> = { dense: 20, 'mixture or hybrid': 300, plan: 1000 }
const RUNS: Readonly<Record<string, MemoryOptions>> = {
  full: { method: 'full', gradientCheckpointing: false },
  checkpointing: { method: 'full', gradientCheckpointing: true },
  LoRA: { method: 'lora' },
  prefill: { method: 'inference' },
}
/** Models that other estimators know too. */
const COMPARED = ['llama', 'qwen2', 'gemma2', 'mixtral', 'deepseek_v3']
/** What runs first compiles code that all others use. */
const WARM_UP = ['llama', 'mixtral', 'mamba2', 'bert']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { family: { type: 'string', multiple: true, default: [] } },
})
// `--family a b` names two families: what is no number among the rest is a name.
const isNumber = (text: string): boolean => /^\d+$/.test(text)
const families = new Set([...values.family, ...positionals.filter((text) => !isNumber(text))])
const given = positionals.filter(isNumber).map(Number)
const tokens = given.length > 0 ? given : [4096, 16_384, 131_072]
const published = publishedSizes()
for (const { family, architecture } of published) if (WARM_UP.includes(family)) measured(family, architecture, 4096)
const sizes = families.size > 0 ? published.filter(({ family }) => families.has(family)) : published
const unknown = [...families].filter((name) => !sizes.some(({ family }) => family === name))
if (unknown.length > 0) throw new Error(`no published size of ${unknown.join(', ')}`)
const all = sizes.flatMap(({ family, architecture }, index) =>
  tokens.flatMap((sequenceLength) => {
    const own = measured(family, architecture, sequenceLength)
    const times = own.map(({ run, kind, ms }) => `${run}${kind === 'plan' ? ' plan' : ''} ${ms.toFixed(0)} ms`)
    process.stderr.write(`${index + 1}/${sizes.length} ${family}, ${sequenceLength} tokens: ${times.join(', ')}\n`)
    return own
  }),
)
process.stdout.write(summary(all))
if (families.size === 0) process.stdout.write(sideBySide(sizes.filter(({ family }) => COMPARED.includes(family))))

function measured(family: string, architecture: Architecture, sequenceLength: number): Measured[] {
  const { contextTokens = sequenceLength } = architecture.dimensions
  const length = architecture.program ? Math.min(sequenceLength, contextTokens) : sequenceLength
  const kind = kindOf(architecture)
  return Object.entries(RUNS).flatMap(([run, options]) => {
    const asked = { ...options, sequenceLength: length }
    const first = msOf(() => estimateMemory(architecture, asked))
    if (first === undefined) return []
    const own = { family, run, tokens: length, kind, ms: first } as const
    if (run !== 'checkpointing' && run !== 'LoRA') return [own]
    const plan = msOf(() => planGpus(architecture, asked))
    return plan === undefined ? [own] : [own, { family, run, tokens: length, kind: 'plan', ms: plan } as const]
  })
}

function kindOf({ forward }: Architecture): Kind {
  const isMixed = forward?.feedForward?.mixture !== undefined
  return isMixed || Object.keys(forward?.mixers ?? {}).length > 0 ? 'mixture or hybrid' : 'dense'
}

/** CPU time; absent if the model cannot be estimated. */
function msOf(run: () => unknown): number | undefined {
  const start = process.cpuUsage()
  try {
    run()
  } catch (error) {
    if (error instanceof ForwardPassError || error instanceof RangeError) return undefined
    throw error
  }
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

function summary(all: readonly Measured[]): string {
  const rows = (['dense', 'mixture or hybrid', 'plan'] as const).map((kind) => {
    const own = all.filter((one) => one.kind === kind).sort((a, b) => a.ms - b.ms)
    const at = (share: number) => own[Math.min(own.length - 1, Math.floor(share * own.length))]?.ms.toFixed(0)
    const misses = own.filter(({ ms }) => ms > AIM_MS[kind]).length
    return `| ${kind} | ${own.length} | ${at(0.5)} ms | ${at(0.9)} ms | ${at(1)} ms | ${AIM_MS[kind]} ms | ${misses} |`
  })
  const misses = all
    .filter(({ kind, ms }) => ms > AIM_MS[kind])
    .sort((a, b) => b.ms - a.ms)
    .map(({ family, run, tokens, kind, ms }) => `- ${family}, ${run}, ${tokens} tokens: ${ms.toFixed(0)} ms (${kind})`)
  return `| kind | runs | median | 90 % | largest | aim | misses |
|---|---|---|---|---|---|---|
${rows.join('\n')}

${misses.join('\n')}
`
}

/** The same models by other estimators, each in its own process and after its imports. */
function sideBySide(compared: readonly PublishedSize[]): string {
  const rows = compared.map(({ family, config }) => {
    const ms = msOf(() => estimateMemory(architectureFromConfig(config), { method: 'full' }))
    return `| model-entity | ${family} | ${ms?.toFixed(1) ?? '–'} ms |`
  })
  const pythons = (process.env['MODEL_ENTITY_PYTHON'] ?? '').split(delimiter).filter((path) => path !== '')
  const script = fileURLToPath(new URL('peers_speed.py', import.meta.url))
  const input = compared.map(({ family, config }) => JSON.stringify({ family, config })).join('\n')
  for (const python of pythons)
    rows.push(execFileSync(python, [script], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] }).trim())
  const note =
    pythons.length === 0 ? '\nOther estimators are skipped: MODEL_ENTITY_PYTHON names no Python that has them.\n' : ''
  return `\n| tool | model | time |\n|---|---|---|\n${rows.filter((row) => row !== '').join('\n')}\n${note}`
}
