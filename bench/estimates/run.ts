/**
 * Compares memory estimates with what torch booked, side by side with other tools: `npm run bench:estimates`.
 *
 * `MODEL_ENTITY_PYTHON` names the Python that has fitcheck-llm, hf-mem and accelerate installed, or several of them with the
 * path separator of the system between; without one only this library is compared.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Architecture, architectureFromConfig, totalParameters } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { type MemoryRecord, memoryRecords } from '../../test/estimate/memory-records.js'

interface Answer {
  readonly tool: string
  readonly version: string
  readonly id: string
  readonly bytes?: number
  readonly refused?: string
}

const PEERS = ['fitcheck-llm', 'hf-mem', 'accelerate']
const DOCUMENT = new URL('../../docs/estimates.md', import.meta.url)
const HEADING = '## Side by side'

const KINDS = [
  ['training', (method: string) => method !== 'inference'],
  ['serving', (method: string) => method === 'inference'],
] as const

const records = memoryRecords('public.jsonl.gz')
const answers = [...records.map(ownAnswer), ...peerAnswers(records)]
const section = sectionText(answers)
process.stdout.write(section)
if (existsSync(DOCUMENT)) writeFileSync(DOCUMENT, replaced(readFileSync(DOCUMENT, 'utf8'), section))

function ownAnswer({ id, config, options }: MemoryRecord): Answer {
  return {
    tool: 'model-entity',
    version: '',
    id,
    bytes: estimateMemory(architectureFromConfig(config), options).tensorBytes,
  }
}

/** Each Python answers for the tools that it has; the first to answer for one counts. */
function peerAnswers(all: readonly MemoryRecord[]): Answer[] {
  const input = all.map((record) => JSON.stringify(caseOf(record))).join('\n')
  const script = fileURLToPath(new URL('peers.py', import.meta.url))
  const found: Answer[] = []
  for (const python of (process.env['MODEL_ENTITY_PYTHON'] ?? '').split(delimiter).filter((path) => path !== '')) {
    const lines = execFileSync(python, [script], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] }).trim()
    const fresh: Answer[] = lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line))
    const known = new Set(found.map(({ tool }) => tool))
    found.push(...fresh.filter(({ tool }) => !known.has(tool)))
  }
  return found
}

/** The record as other tools want it: every size of the config spelled out, in the names that most families share. */
function caseOf({ id, config, options }: MemoryRecord): object {
  const architecture: Architecture = architectureFromConfig(config)
  const { hiddenSize, layers, heads, kvHeads, headDim, ffnHiddenSize, vocabSize, tiedEmbeddings } =
    architecture.dimensions
  const spelled = {
    hidden_size: hiddenSize,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim ?? hiddenSize / heads,
    intermediate_size: ffnHiddenSize,
    vocab_size: vocabSize,
    tie_word_embeddings: tiedEmbeddings,
  }
  return { id, options, parameters: totalParameters(architecture), config: { ...spelled, ...config } }
}

function sectionText(all: readonly Answer[]): string {
  const truth = new Map(records.map((record) => [record.id, record]))
  const rows: string[] = []
  for (const tool of ['model-entity', ...PEERS]) {
    const own = all.filter((answer) => answer.tool === tool)
    if (own.length === 0) rows.push(`| ${tool} | not installed | | | | |`)
    for (const [kind, isKind] of KINDS) {
      const asked = own.filter(({ id }) => isKind(truth.get(id)?.options.method ?? ''))
      if (asked.length === 0) continue
      const errors = asked
        .flatMap(({ id, bytes }) => (bytes === undefined ? [] : [relativeError(bytes, truth.get(id))]))
        .sort((a, b) => a - b)
      const refusals = asked.length - errors.length
      const version = own[0]?.version ? ` ${own[0].version}` : ''
      rows.push(
        `| ${tool}${version} | ${kind} | ${percent(at(errors, 0.5))} | ${percent(at(errors, 0.9))} | ${percent(at(errors, 1))} | ${refusals} of ${asked.length} |`,
      )
    }
  }
  const reasons = PEERS.flatMap((tool) => reasonsOf(tool, all))
  return `${HEADING}

The error of each tool against the peak that torch recorded, on the ${records.length} recorded runs (written by \`npm run bench:estimates\`). Each
tool gets the options that it supports, and its overhead is not counted. "Refused" counts the runs without an answer.

| tool | runs | median error | 90 % within | largest | refused |
|---|---|---|---|---|---|
${rows.join('\n')}

Why the other tools refuse:

${reasons.join('\n')}
`
}

function reasonsOf(tool: string, all: readonly Answer[]): string[] {
  const counts = new Map<string, number>()
  for (const { tool: other, refused } of all) {
    if (other !== tool || refused === undefined) continue
    const reason = refused.replace(/'[^']*'/g, '…').slice(0, 90)
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([reason, count]) => `- ${tool}: ${reason} (${count})`)
}

function relativeError(bytes: number, record: MemoryRecord | undefined): number {
  const total = record?.truth.peak.total ?? Number.NaN
  return Math.abs(bytes - total) / total
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(share < 0.001 ? 5 : 1)} %`
}

/** The document with this section replaced, or added at the end. */
function replaced(document: string, text: string): string {
  const start = document.indexOf(HEADING)
  if (start < 0) return `${document.trimEnd()}\n\n${text}`
  const next = document.indexOf('\n## ', start + HEADING.length)
  return `${document.slice(0, start)}${text}${next < 0 ? '' : document.slice(next)}`
}
