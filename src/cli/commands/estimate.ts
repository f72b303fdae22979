import { Command, Option } from 'commander'
import { methodOfType } from '../../estimate/finetuning-run.js'
import {
  changesThatFit,
  DEFAULT_GPU,
  estimateMemory,
  ForwardPassError,
  GPUS,
  type Gpu,
  gpuOf,
  type MemoryMethod,
  type MemoryOptions,
  planGpus,
  WEIGHT_PRECISIONS,
  type WeightPrecision,
} from '../../estimate/index.js'
import { MEMORY_METHODS } from '../../estimate/methods.js'
import { withPreset } from '../../estimate/presets/with-preset.js'
import { checkpointName } from '../checkpoint-name.js'
import { offering } from '../completion/offers.js'
import { MEMORY_FLAGS, STEP_FLAGS } from '../estimate-flags/memory-flags.js'
import { inFlags, memoryOptionsOf } from '../estimate-flags/memory-options-of.js'
import { type Sweep, sweep } from '../estimate-flags/sweep.js'
import { type EstimatedModel, estimatedModel } from '../estimated-model.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { readGpu, readPositive } from '../flag-values.js'
import { ESTIMATE_FORMATS, type EstimateFormat } from '../formats/estimate/index.js'
import type { EstimateRow } from '../formats/estimate/report.js'
import { STATIC_MEMORY_FORMATS } from '../formats/estimate/static-memory.js'
import { printable } from '../formats/printable.js'
import { REVISION_FLAG } from '../hub-options.js'
import { jobIn, jobOption, modelOfJob, withMethod } from '../jobs/job-flag.js'

/** What commander parsed: the flags of this file, and those of a training run, which `memoryOptionsOf` reads. */
interface EstimateFlags extends Readonly<Record<string, unknown>> {
  readonly method?: MemoryMethod
  readonly gpu?: Gpu
  readonly fits?: Gpu
  readonly job?: readonly string[]
  readonly batch?: number
  readonly context?: number
  readonly rank?: number
  readonly precision?: WeightPrecision
  readonly checkpointing: boolean
  readonly sweep?: Sweep
  readonly format: EstimateFormat
  readonly token?: string
  readonly revision?: string
}

/** `model-entity estimate`: how much GPU memory a model needs. */
export function estimateCommand(report: (code: ExitCode) => void): Command {
  const command = new Command('estimate')
    .description('estimate how much GPU memory a model needs, and how many GPUs')
    .argument(
      '[model]',
      'a folder, a config.json, a manifest (.yaml), or hf:org/name (default: the model that the job names)',
      checkpointName,
    )
    .addOption(jobOption())
    .addOption(
      new Option('--method <method>', "the training method, or inference (default: full, or the preset's)").choices(
        MEMORY_METHODS,
      ),
    )
    .addOption(gpuOption('--gpu <gpu>', `a GPU name, or a memory size such as 80GB (default: ${DEFAULT_GPU})`))
    .addOption(gpuOption('--fits <gpu>', 'like --gpu, and exit with 1 if the run does not fit on one such GPU'))
    .option('--batch <n>', 'sequences per micro-batch (default: 1)', readPositive)
    .option('--context <n>', 'tokens per sequence (default: 4096)', readPositive)
    .option('--rank <n>', 'LoRA rank, on all linear layers (default: 32)', readPositive)
    .addOption(
      new Option(
        '--precision <precision>',
        "how weights are stored (default: bfloat16; for inference: the checkpoint's own)",
      ).choices(WEIGHT_PRECISIONS),
    )
    .option('--no-checkpointing', 'disable gradient checkpointing')
    .addOption(
      offering(
        new Option('--sweep <what=n,n,…>', 'print one row for each value of batch, context or rank').argParser(sweep),
        { kind: 'prefixes', words: ['batch=', 'context=', 'rank='], behind: 'nothing' },
      ),
    )
    .addOption(
      new Option('--format <format>', 'output format').choices(Object.keys(ESTIMATE_FORMATS)).default('pretty'),
    )
    .option(...REVISION_FLAG)
    .addOption(new Option('--token <token>', 'an access token for the Hugging Face hub').env('HF_TOKEN'))
    .addHelpText('after', HELP)
    .action(async (from: string | undefined, flags: EstimateFlags) => report(await estimate(from, flags)))
  for (const flag of MEMORY_FLAGS) command.addOption(flag)
  return command
}

function gpuOption(flags: string, description: string): Option {
  const option = new Option(flags, description).argParser(readGpu)
  return offering(option, { kind: 'words', words: GPUS.map(({ name }) => name) })
}

const HELP = `
Exit codes: 0 estimated (with --fits: and it fits), 1 it does not fit or cannot be estimated, 2 wrong usage.

Examples:
  model-entity estimate hf:Qwen/Qwen3-8B --method lora --rank 16
  model-entity estimate config.json --gpu l4 --method qlora --sweep batch=1,2,4,8
  model-entity estimate hf:Qwen/Qwen3-8B --method full --sharding fsdp2 --ranks 8 --parameter-dtype float32 --loss fused-linear
  model-entity estimate --job axolotl.yml --fits a100-80gb
  model-entity estimate models/llama.yaml --method full --fits a100-80gb && ./train.sh`

async function estimate(from: string | undefined, flags: EstimateFlags): Promise<ExitCode> {
  const job = flags.job && (await jobIn(flags.job, flags))
  const method = methodIn(flags, job?.options)
  const model = await estimatedModel(from ?? modelOfJob(job), method, flags)
  const gpu = flags.fits ?? flags.gpu ?? gpuOf(DEFAULT_GPU)
  const run: Run = { ...model, flags, job: job && withMethod(job.options, flags.method) }
  const options = memoryOptions(run)
  const rows = rowsOf(run, gpu)
  const warnings = job?.warnings ?? []
  for (const warning of warnings) process.stderr.write(`warning: ${printable(warning)}\n`)
  // People see the warnings before the report; a program reads the report alone.
  const notes = flags.format === 'pretty' ? model.notes : [...warnings, ...model.notes]
  if (rows instanceof ForwardPassError) {
    const { name } = model
    const named = options.finetuningType ?? method
    process.stdout.write(STATIC_MEMORY_FORMATS[flags.format]({ name, method: named, error: rows, notes }))
    return EXIT.failed
  }
  process.stdout.write(
    ESTIMATE_FORMATS[flags.format]({
      name: model.name,
      family: model.family,
      method: options.finetuningType ?? method,
      gpu,
      rows,
      ...(!flags.sweep &&
        rows.some(({ fits }) => !fits) && {
          changes: understood(() => changesThatFit(model.model, { ...options, gpu })),
        }),
      // Given degrees of model parallelism are not searched for.
      ...(!flags.sweep && !options.layout && { plan: understood(() => planGpus(model.model, { ...options, gpu })) }),
      notes,
    }),
  )
  return flags.fits && rows.some(({ fits }) => !fits) ? EXIT.failed : EXIT.ok
}

/** Everything that decides the options of an estimate. */
interface Run extends Pick<EstimatedModel, 'model' | 'family'> {
  readonly flags: EstimateFlags
  /** The options of the job, if there is one. */
  readonly job: MemoryOptions | undefined
}

/** One row for each value of a sweep, or one row without a sweep; or the error if the model cannot be estimated. */
function rowsOf(run: Run, gpu: Gpu): EstimateRow[] | ForwardPassError {
  try {
    return (run.flags.sweep?.values ?? [undefined]).map((value) => rowOf(run, gpu, value))
  } catch (error) {
    if (error instanceof ForwardPassError) return error
    throw error
  }
}

function rowOf(run: Run, gpu: Gpu, value: number | undefined): EstimateRow {
  const { flags, model } = run
  const swept = value !== undefined && flags.sweep ? { ...flags, [flags.sweep.what]: value } : flags
  const options = memoryOptions({ ...run, flags: swept })
  const estimate = understood(() => estimateMemory(model, options))
  const sizes = `batch ${options.batchSize}, context ${options.sequenceLength}`
  const label = flags.sweep ? `${flags.sweep.what} ${value}` : sizes
  return { label, estimate, fits: estimate.totalBytes <= gpu.memoryBytes }
}

/** The method that was given, or that of the fine-tuning type, of the job or of the preset. */
function methodIn({ method, ...flags }: EstimateFlags, job: MemoryOptions | undefined): MemoryMethod {
  const { finetuningType, ...given } = STEP_FLAGS.given(flags)
  const preset = given.preset ?? job?.preset
  const type = finetuningType ?? job?.finetuningType
  const asked = method ?? (type ? methodOfType(type) : job?.method)
  return (
    understood(() => withPreset({ ...(asked && { method: asked }), ...(preset && { preset }) })).options.method ??
    'full'
  )
}

function memoryOptions({ flags, family, job }: Run): MemoryOptions {
  const { method, batch, context, rank, precision, checkpointing } = flags
  return {
    batchSize: 1,
    sequenceLength: 4096,
    ...memoryOptionsOf(flags, { family, rank, job }),
    ...(method !== undefined && { method }),
    ...(batch !== undefined && { batchSize: batch }),
    ...(context !== undefined && { sequenceLength: context }),
    ...(!checkpointing && { gradientCheckpointing: false }),
    ...(precision !== undefined && { precision }),
  }
}

/** Turns an option error, such as a LoRA that matches no layer of the model, into a one-line usage error. */
function understood<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ForwardPassError) throw error
    if (error instanceof RangeError || error instanceof TypeError) throw new UsageError(inFlags(error.message))
    throw error
  }
}
