import { Command, InvalidArgumentError, Option } from 'commander'
import { readCheckpoint } from '../../checkpoint/read/index.js'
import {
  type CacheDtype,
  DEFAULT_GPU,
  type DraftOptions,
  ENGINES,
  type Engine,
  type EstimableModel,
  GPUS,
  type Gpu,
  planServing,
  type ServingOptions,
  WEIGHT_PRECISIONS,
  type WeightPrecision,
} from '../../estimate/index.js'
import { CACHE_DTYPES } from '../../estimate/serving/options.js'
import { checkpointName } from '../checkpoint-name.js'
import { offering } from '../completion/offers.js'
import { isManifestName, specOfManifest } from '../estimate-manifest.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { readCount, readGpu, readPositive } from '../flag-values.js'
import { SERVING_FORMATS, type ServingFormat } from '../formats/serving/index.js'
import { checkRevision, hubOptions, REVISION_FLAG } from '../hub-options.js'

interface ServingFlags {
  readonly engine: Engine
  readonly engineVersion?: string
  readonly gpu?: Gpu
  readonly fits?: Gpu
  readonly precision?: WeightPrecision
  readonly cacheDtype?: CacheDtype
  readonly tensorParallel?: number
  readonly pipelineParallel?: number
  readonly dataParallel?: number
  readonly expertParallel?: number
  readonly memoryUtilization?: number
  readonly context?: number
  readonly concurrency?: number
  readonly prompt?: number
  readonly answer?: number
  readonly chunk?: number
  readonly maxSequences?: number
  readonly images?: number
  readonly loraSlots?: number
  readonly loraRank?: number
  readonly draft?: DraftOptions['kind']
  readonly draftTokens?: number
  readonly format: ServingFormat
  readonly token?: string
  readonly revision?: string
}

/** `model-entity serving`: how much GPU memory an engine needs to serve a model, and what fits. */
export function servingCommand(report: (code: ExitCode) => void): Command {
  const onGpu = (flags: string, description: string): Option =>
    offering(new Option(flags, description).argParser(readGpu), { kind: 'words', words: GPUS.map(({ name }) => name) })
  return new Command('serving')
    .description('plan how to serve a model: memory, cache, concurrency and the smallest GPU')
    .argument('<model>', 'a folder, a config.json, a manifest (.yaml), or hf:org/name', checkpointName)
    .addOption(new Option('--engine <engine>', 'the engine that serves it').choices(ENGINES).default('vllm'))
    .option('--engine-version <version>', "the engine's version, such as 0.11 (default: the newest one that is known)")
    .addOption(onGpu('--gpu <gpu>', `a GPU name, or a memory size such as 80GB (default: ${DEFAULT_GPU})`))
    .addOption(onGpu('--fits <gpu>', 'like --gpu, and exit with 1 if the sequences do not fit'))
    .addOption(
      new Option('--precision <precision>', "how weights are stored (default: the checkpoint's own)").choices(
        WEIGHT_PRECISIONS,
      ),
    )
    .addOption(new Option('--cache-dtype <type>', 'how the cache is stored').choices(Object.keys(CACHE_DTYPES)))
    .option('--tensor-parallel <n>', 'GPUs that share each matrix', readPositive)
    .option('--pipeline-parallel <n>', 'stages of consecutive layers', readPositive)
    .option('--data-parallel <n>', 'copies of the model', readPositive)
    .option('--expert-parallel <n>', 'GPUs that share the experts of each layer', readPositive)
    .option('--memory-utilization <share>', "share of the card (default: the engine's)", share)
    .option('--context <n>', "tokens of the longest sequence (default: the model's context)", readPositive)
    .option('--concurrency <n>', 'sequences that should fit at the same time', readPositive)
    .option('--prompt <n>', 'tokens of a prompt', readPositive)
    .option('--answer <n>', 'tokens of an answer', readPositive)
    .option('--chunk <n>', "tokens of prompts processed at a time (default: the engine's)", readPositive)
    .option('--max-sequences <n>', "sequences processed at a time (default: the engine's)", readPositive)
    .option('--images <n>', 'the most images in a request; 0 for text only', readCount)
    .option('--lora-slots <n>', 'LoRA adapters on the GPU at a time', readPositive)
    .option('--lora-rank <n>', 'their largest rank (default: 16)', readPositive)
    .addOption(new Option('--draft <kind>', 'speculative decoding').choices(['ngram', 'mtp', 'eagle', 'eagle3']))
    .option('--draft-tokens <n>', 'tokens that the draft proposes at a time', readPositive)
    .addOption(new Option('--format <format>', 'output format').choices(Object.keys(SERVING_FORMATS)).default('pretty'))
    .option(...REVISION_FLAG)
    .addOption(new Option('--token <token>', 'an access token for the Hugging Face hub').env('HF_TOKEN'))
    .addHelpText('after', HELP)
    .action(async (from: string, flags: ServingFlags) => report(await serving(from, flags)))
}

const HELP = `
Exit codes: 0 planned (with --fits: and it fits), 1 it does not fit, 2 wrong usage.

Examples:
  model-entity serving hf:Qwen/Qwen3-8B --gpu l4 --context 16384
  model-entity serving config.json --engine sglang --tensor-parallel 8 --concurrency 64
  model-entity serving models/llama.yaml --precision int4 --fits rtx4090-24gb && ./deploy.sh`

async function serving(from: string, flags: ServingFlags): Promise<ExitCode> {
  const { name, family, model, notes } = await modelOf(from, flags)
  const plan = understood(() => planServing(model, optionsOf(flags)))
  process.stdout.write(SERVING_FORMATS[flags.format]({ name, family, plan, notes }))
  return flags.fits && !plan.fits ? EXIT.failed : EXIT.ok
}

function optionsOf(flags: ServingFlags): ServingOptions {
  const { draft, draftTokens } = flags
  if (draftTokens !== undefined && draft === undefined) throw new UsageError('--draft-tokens needs --draft')
  const given: { readonly [Name in keyof ServingOptions]: ServingOptions[Name] | undefined } = {
    engine: flags.engine,
    engineVersion: flags.engineVersion,
    gpu: flags.fits ?? flags.gpu,
    precision: flags.precision,
    cacheDtype: flags.cacheDtype,
    tensorParallel: flags.tensorParallel,
    pipelineParallel: flags.pipelineParallel,
    dataParallel: flags.dataParallel,
    expertParallel: flags.expertParallel,
    memoryUtilization: flags.memoryUtilization,
    contextTokens: flags.context,
    concurrency: flags.concurrency,
    promptTokens: flags.prompt,
    answerTokens: flags.answer,
    chunkTokens: flags.chunk,
    maxBatchSequences: flags.maxSequences,
    images: flags.images,
    loraSlots: flags.loraSlots,
    loraRank: flags.loraRank,
    draft: draft && { kind: draft, ...(draftTokens !== undefined && { tokens: draftTokens }) },
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Turns an option that this model cannot honour into a one-line usage error. */
function understood<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
}

interface NamedModel {
  readonly name: string
  readonly family: string
  readonly model: EstimableModel
  readonly notes: readonly string[]
}

async function modelOf(from: string, flags: ServingFlags): Promise<NamedModel> {
  checkRevision(flags.revision, from)
  if (isManifestName(from)) {
    const spec = await specOfManifest(from)
    return { name: spec.checkpoint_model_name, family: spec.family, model: spec, notes: [] }
  }
  const checkpoint = await readCheckpoint(from, hubOptions(flags))
  const { architecture, spec, notes } = checkpoint
  if (!architecture && !spec)
    throw new UsageError(`${from} has no config.json of a known family: the sizes of its cache are unknown`)
  return {
    name: spec?.checkpoint_model_name ?? from,
    family: architecture?.family ?? spec?.family ?? '',
    model: checkpoint,
    notes: notes.filter((note) => !note.startsWith('is_chat')),
  }
}

function share(text: string): number {
  const value = Number(text)
  if (/^\d?(?:\.\d{1,6})?$/.test(text) && value > 0 && value <= 1) return value
  throw new InvalidArgumentError('Expected a share between 0.01 and 1.')
}
