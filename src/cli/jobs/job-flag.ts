import { existsSync } from 'node:fs'
import { Option } from 'commander'
import type { MemoryMethod, MemoryOptions } from '../../estimate/index.js'
import { UsageError } from '../exit-code.js'
import { type ReadJob, readJob } from './read-job.js'

/** `--job`, which can be given twice: for a job and for accelerate's config. */
export function jobOption(): Option {
  return new Option(
    '--job <file>',
    "a config of axolotl, LLaMA-Factory, TRL or torchtune, and accelerate's with another --job; flags win",
  ).argParser((file: string, before: readonly string[] | undefined) => [...(before ?? []), file])
}

/**
 * Reads the job of the flag.
 *
 * @throws UsageError for a job that shares the model over ranks whose number nobody says
 */
export async function jobIn(
  files: readonly string[],
  { ranks, sharding }: Readonly<Record<string, unknown>>,
): Promise<ReadJob> {
  const job = await readJob(files)
  if (!job.needsRanks || ranks !== undefined || sharding !== undefined) return job
  throw new UsageError(
    `the job shares the model (${job.options.sharding?.strategy}), but does not say over how many GPUs: give --ranks <n>`,
  )
}

/**
 * The model that a job names: a folder, or a repository on the Hugging Face hub.
 *
 * @throws UsageError without a model, and for a folder that is not here
 */
export function modelOfJob(job: ReadJob | undefined): string {
  if (!job) throw new UsageError("missing required argument 'model': give a model, or a --job that names one")
  const { model, format } = job
  if (model === undefined) throw new UsageError(`the ${format} job names no model: give one before --job`)
  if (existsSync(model)) return model
  if (/^[\w.-]{1,96}\/[\w.-]{1,96}$/.test(model)) return `hf:${model}`
  throw new UsageError(
    `the ${format} job names ${JSON.stringify(model)}, which is not here: give the model before --job`,
  )
}

/** The options of a job with another method, without what belongs to its own. */
export function withMethod(options: MemoryOptions, method: MemoryMethod | undefined): MemoryOptions {
  if (method === undefined || method === options.method) return options
  const {
    finetuningType: _,
    quantization: __,
    lora: ___,
    adapterDtype: ____,
    quantizeExperts: _____,
    prepareForKbitTraining: ______,
    ...others
  } = options
  return { ...others, method }
}
