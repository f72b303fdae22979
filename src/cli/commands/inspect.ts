import { Command, InvalidArgumentError, Option } from 'commander'
import {
  type Checkpoint,
  diffCheckpoints,
  type ReadCheckpointOptions,
  readCheckpoint,
} from '../../checkpoint/read/index.js'
import type { LoraOptions } from '../../estimate/index.js'
import { minimumGpus } from '../../estimate/index.js'
import { parseFilesetRef, parseName } from '../../references/index.js'
import { checkpointName } from '../checkpoint-name.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { comparisonText } from '../formats/inspect/comparison.js'
import { DIFFERENCE_FORMATS } from '../formats/inspect/differences.js'
import { INSPECT_FORMATS, type InspectFormat } from '../formats/inspect/index.js'
import { checkRevision, REVISION_FLAG } from '../hub-options.js'
import { loraPlan, parseRank, parseTargets } from '../lora-count.js'
import { progressBar } from '../progress-bar.js'
import { requestFor } from '../request-for.js'

interface InspectOptions {
  readonly format: InspectFormat
  readonly as?: 'request'
  readonly name?: string
  readonly fileset?: string
  readonly linearLayers?: true
  readonly compare?: true
  readonly lora?: number
  readonly target?: NonNullable<LoraOptions['targetModules']>
  readonly token?: string
  readonly revision?: string
  readonly variant?: string
  readonly hubUrl?: string
  readonly offline?: true
}

/** `model-entity inspect`: describes a checkpoint from its config and the headers of its weight files. */
export function inspectCommand(report: (code: ExitCode) => void): Command {
  return new Command('inspect')
    .description("print a checkpoint's spec, compare its files with its config, or compare it with another checkpoint")
    .argument('<checkpoint>', `a folder, a config.json, a safetensors or GGUF file, or hf:org/name`, checkpointName)
    .argument('[other]', 'another checkpoint, such as a fine-tune: print how it differs', checkpointName)
    .addOption(new Option('--format <format>', 'output format').choices(Object.keys(INSPECT_FORMATS)).default('pretty'))
    .addOption(new Option('--as <kind>', 'print a manifest that registers the checkpoint').choices(['request']))
    .option('--name <name>', 'with --as request: the name of the entity', checked(parseName))
    .option('--fileset <workspace/name>', 'with --as request: the fileset of the entity', checked(parseFilesetRef))
    .option('--linear-layers', 'list the linear layers; with --as request, include them')
    .option('--compare', 'compare the files with the config, tensor by tensor; exit with 1 if they differ')
    .addOption(
      new Option('--lora <rank>', 'count the parameters that a LoRA of this rank would train')
        .argParser(parseRank)
        .conflicts(['as', 'compare']),
    )
    .option(
      '--target <modules>',
      "with --lora: all-linear, names (q_proj,v_proj), or a regular expression (default: PEFT's for the family)",
      parseTargets,
    )
    .option('--variant <name>', 'the copy of the weights to read: fp16 for model.fp16.safetensors')
    .option(...REVISION_FLAG)
    .option('--hub-url <url>', 'the URL of another hub (default: HF_ENDPOINT, or the public Hugging Face hub)')
    .option('--token <token>', 'an access token for the hub (default: HF_TOKEN)')
    .option('--offline', 'read the local cache of the hub only (default if HF_HUB_OFFLINE is set)')
    .addHelpText('after', HELP)
    .action(async (from: string, other: string | undefined, options: InspectOptions) =>
      report(other === undefined ? await inspect(from, options) : await compareTwo(from, other, options)),
    )
}

const HELP = `
Only the headers of weight files are read, never the weights. A value that cannot be derived is left out, and a note says why.
Two checkpoints are compared by their config, spec, tensors (names, shapes, formats), chat template and tokenizer.

Exit codes: 0 success, 1 the checkpoint cannot be read, --compare finds a difference, or two checkpoints differ, 2 wrong usage.

Examples:
  model-entity inspect ./checkpoints/llama
  model-entity inspect hf:Qwen/Qwen3-8B --format json
  model-entity inspect config.json --as request --name qwen3-8b --fileset research/qwen3-8b > qwen3-8b.yaml
  model-entity inspect ./checkpoints/llama --compare
  model-entity inspect hf:Qwen/Qwen3-8B ./checkpoints/fine-tuned
  model-entity inspect ./checkpoints/llama --lora 16 --target all-linear`

async function inspect(from: string, options: InspectOptions): Promise<ExitCode> {
  const { lora: rank, target: targetModules, linearLayers = false } = options
  if (targetModules !== undefined && rank === undefined)
    throw new UsageError('--target needs a rank, such as --lora 16')
  checkRevision(options.revision, from)
  const checkpoint = await withProgress((progress) =>
    readCheckpoint(from, { ...readOptions(options), ...progress, minimumGpus }),
  )
  if (options.compare) {
    if (!checkpoint.comparison) throw new UsageError(nothingToCompare(checkpoint))
    process.stdout.write(comparisonText(checkpoint.comparison))
    return checkpoint.comparison.verdict === 'differs' ? EXIT.failed : EXIT.ok
  }
  if (options.as === 'request') process.stdout.write(requestFor(checkpoint, options))
  else {
    const target = targetModules !== undefined && { targetModules }
    const lora = rank === undefined ? undefined : loraPlan(checkpoint, { rank, ...target })
    process.stdout.write(INSPECT_FORMATS[options.format](checkpoint, { linearLayers, ...(lora && { lora }) }))
  }
  return EXIT.ok
}

/** Like `diff`: 0 if nothing differs, 1 if something does. */
async function compareTwo(before: string, after: string, options: InspectOptions): Promise<ExitCode> {
  const single = [options.compare && '--compare', options.as && '--as', options.lora && '--lora'].find(Boolean)
  if (single !== undefined) throw new UsageError(`${single} takes one checkpoint, and two were named`)
  checkRevision(options.revision, before, after)
  const differences = await withProgress((progress) =>
    diffCheckpoints(before, after, { ...readOptions(options), ...progress }),
  )
  process.stdout.write(DIFFERENCE_FORMATS[options.format](differences))
  return differences.same ? EXIT.ok : EXIT.failed
}

function nothingToCompare({ adapter, config, stored }: Checkpoint): string {
  if (adapter) return '--compare needs a model: this is an adapter'
  if (!config) return '--compare needs a config.json beside the weight files'
  if (!stored) return '--compare needs safetensors files beside the config.json'
  return '--compare needs a config of a known family: for this one, only the files say what the model consists of'
}

function readOptions({ token, revision, variant, hubUrl, offline }: InspectOptions): ReadCheckpointOptions {
  return {
    ...(token !== undefined && { token }),
    ...(revision !== undefined && { revision }),
    ...(variant !== undefined && { variant }),
    ...(hubUrl !== undefined && { hubUrl }),
    ...(offline && { offline }),
  }
}

/** Shows on a terminal how many files have been read. */
async function withProgress<T>(
  work: (options: Required<Pick<ReadCheckpointOptions, 'onProgress'>>) => Promise<T>,
): Promise<T> {
  const bar = progressBar(process.stderr)
  try {
    return await work({ onProgress: bar.update })
  } finally {
    bar.end()
  }
}

/** Checks the value of an option with the parser for that kind of reference. */
function checked(parse: typeof parseName | typeof parseFilesetRef): (text: string) => string {
  return (text) => {
    const parsed = parse(text)
    if (parsed.ok) return text
    throw new InvalidArgumentError(parsed.error.message)
  }
}
