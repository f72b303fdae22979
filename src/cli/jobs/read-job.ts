import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { UsageError } from '../exit-code.js'
import { readFile } from '../read-file.js'
import { ACCELERATE } from './accelerate.js'
import { AXOLOTL } from './axolotl/axolotl.js'
import type { Job, JobFormat } from './job.js'
import { JobKeys, type JobSource, type Place } from './job-keys.js'
import { LLAMA_FACTORY } from './llama-factory/llama-factory.js'
import { TORCHTUNE } from './torchtune.js'
import { TRL } from './trl.js'

/** A job, and what in its files is not counted. */
export interface ReadJob extends Job {
  readonly warnings: readonly string[]
}

/** Every format, the more particular ones first. */
const FORMATS: readonly JobFormat[] = [TORCHTUNE, AXOLOTL, ACCELERATE, LLAMA_FACTORY, TRL]

/**
 * Reads a job from its files: a config of axolotl, LLaMA-Factory, TRL or torchtune, and with it one of accelerate.
 *
 * @throws UsageError with line and column for a file that is not YAML, a value of the wrong type, and a format that is not known
 */
export async function readJob(files: readonly string[]): Promise<ReadJob> {
  const read = await Promise.all(files.map(async (file) => readJobText(await textOf(file), file)))
  const [first, ...others] = [...read].sort((a, b) => Number(isBeside(a)) - Number(isBeside(b)))
  if (!first) throw new UsageError('--job needs a file')
  if (isBeside(first)) throw new UsageError(`${files[0]} is accelerate's config: give the config of the job too`)
  const second = others.find((job, at) => !isBeside(job) || at > 0)
  if (second) throw new UsageError(`--job was given for ${first.format} and for ${second.format}: one job at a time`)
  const [accelerate] = others
  return withEngine(accelerate ? together(first, accelerate) : first)
}

/**
 * What runs under autocast elsewhere has weights in 16 bits in DeepSpeed: accelerate 1.15.0 sets `bf16` in its config (`set_mixed_precision` in
 * `utils/dataclasses.py`), and its engine turns autocast off (`autocast_if_enabled` in `runtime/torch_autocast.py` of DeepSpeed 0.19.8), and casts
 * what `prepare_model_for_kbit_training` made float32.
 */
function withEngine(job: ReadJob): ReadJob {
  const { sharding, autocast, ...others } = job.options
  const isMixed = autocast || others.prepareForKbitTraining || others.method === 'full-mixed'
  if (!sharding?.strategy.startsWith('zero') || !isMixed) return job
  const { dtype, ...rest } = others
  return {
    ...job,
    options: {
      ...rest,
      ...(rest.method === 'full-mixed' && { method: 'full' }),
      ...(dtype !== undefined && dtype !== 'float32' && { dtype }),
      sharding,
      autocast: false,
    },
  }
}

/** A job with accelerate's config, which says how ranks share the model. What the job itself says wins. */
function together(job: ReadJob, { options, warnings }: ReadJob): ReadJob {
  const { sharding, ...rest } = options
  return {
    ...job,
    needsRanks: false,
    options: {
      ...rest,
      ...job.options,
      ...(sharding && { sharding: { ...sharding, ...job.options.sharding, ranks: sharding.ranks } }),
    },
    warnings: [...job.warnings, ...warnings],
  }
}

/** Reads the text of one file. */
export function readJobText(text: string, file: string): ReadJob {
  const source: JobSource = { ...sourceOf(text, file), beside: (name) => jsonBeside(name, file) }
  const format = FORMATS.find(({ marks }) => marks.some((mark) => Object.hasOwn(source.values, mark)))
  if (!format) {
    throw new UsageError(
      `${file} is no config of ${FORMATS.map(({ name }) => name).join(', ')}: it has none of their keys (${FORMATS.map(({ marks }) => marks[0]).join(', ')})`,
    )
  }
  const keys = new JobKeys(source)
  const job = format.read(keys)
  const { noEffect } = format
  const warnings = keys.finish(noEffect, (key) => noEffect.some((pattern) => isLike(key, pattern)))
  return { ...job, warnings }
}

function isBeside({ format }: Job): boolean {
  return format === ACCELERATE.name
}

/** A JSON file named by a job, from the current folder or that of the job. */
function jsonBeside(name: string, file: string): Readonly<Record<string, unknown>> | undefined {
  for (const path of [name, join(dirname(file), name)]) {
    try {
      if (statSync(path).size > MOST_BYTES) continue
      const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
    } catch {
      // Not there, or no JSON: the caller says so.
    }
  }
  return undefined
}

/** Whether a key is one of `wandb_*`. */
function isLike(key: string, pattern: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern
}

async function textOf(file: string): Promise<string> {
  const content = await readFile(file)
  if (!content.ok) throw new UsageError(`${file} cannot be read: ${content.why}`)
  if (content.bytes.length > MOST_BYTES)
    throw new UsageError(`${file} is larger than any job: more than ${MOST_BYTES} bytes`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content.bytes)
  } catch {
    throw new UsageError(`${file} is not UTF-8`)
  }
}

/** The largest config in the packages has 8 kB. */
const MOST_BYTES = 262_144

/** Parses YAML as PyYAML does, with the places of its keys. */
function sourceOf(text: string, file: string): JobSource {
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const [document, values] = parsed(text, file, lines, placeAt)
  return { file, values, placeOf: (path) => placeAt(offsetOf(document, path)) }
}

type Parsed = readonly [document: Node | null, values: Readonly<Record<string, unknown>>]

function parsed(text: string, file: string, lines: LineCounter, placeAt: (offset: number) => Place): Parsed {
  let failure: { readonly offset: number; readonly why: string }
  try {
    const document = parseDocument(text, { version: '1.1', lineCounter: lines, prettyErrors: false, merge: true })
    const [error] = document.errors
    if (!error) {
      const values: unknown = document.toJS({ maxAliasCount: MOST_ALIASES })
      if (typeof values === 'object' && values !== null && !Array.isArray(values))
        return [document.contents, { ...values }]
      failure = { offset: 0, why: 'expected keys with values' }
    } else failure = { offset: error.pos[0], why: error.message }
  } catch (error) {
    // Aliases that grow, and nesting deeper than the stack.
    failure = { offset: 0, why: error instanceof Error ? error.message : String(error) }
  }
  const { line, column } = placeAt(failure.offset)
  throw new UsageError(`${file}:${line}:${column}: ${failure.why}`)
}

/** Far more than a job has. */
const MOST_ALIASES = 100

/** Where a key is, or the mapping that it was merged into. */
function offsetOf(node: Node | null, path: readonly string[]): number {
  let [at, offset] = [node as unknown, 0]
  for (const name of path) {
    if (!isMap(at)) return offset
    const pair = at.items.find(({ key }) => isScalar(key) && String(key.value) === name)
    if (!pair || !isScalar(pair.key)) return offset
    offset = pair.key.range?.[0] ?? offset
    at = pair.value
  }
  return offset
}
