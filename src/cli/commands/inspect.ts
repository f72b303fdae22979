import { Command, InvalidArgumentError, Option } from 'commander'
import { readCheckpoint } from '../../checkpoint/read/index.js'
import type { LoraOptions } from '../../estimate/index.js'
import { minimumGpus } from '../../estimate/index.js'
import { parseFilesetRef, parseName } from '../../references/index.js'
import { checkpointName } from '../checkpoint-name.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { comparisonText } from '../formats/inspect/comparison.js'
import { INSPECT_FORMATS, type InspectFormat } from '../formats/inspect/index.js'
import { loraPlan, parseRank, parseTargets } from '../lora-count.js'
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
}

/** `model-entity inspect`: describes a checkpoint from its config and the headers of its weight files. */
export function inspectCommand(report: (code: ExitCode) => void): Command {
  return new Command('inspect')
    .description("print a checkpoint's spec, or compare its files with its config")
    .argument('<checkpoint>', 'a folder, a config.json, a safetensors or GGUF file, or hf:org/name', checkpointName)
    .addOption(new Option('--format <format>', 'output format').choices(Object.keys(INSPECT_FORMATS)).default('pretty'))
    .addOption(new Option('--as <kind>', 'print a manifest that registers the checkpoint').choices(['request']))
    .option('--name <name>', 'with --as request: the name of the entity', checked(parseName))
    .option('--fileset <workspace/name>', 'with --as request: the fileset of the entity', checked(parseFilesetRef))
    .option('--linear-layers', 'with --as request: include the linear layers, which the platform fills in')
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
    .option('--revision <revision>', 'a branch, tag or commit on the hub')
    .option('--hub-url <url>', 'the URL of another hub (default: the public Hugging Face hub)')
    .addOption(new Option('--token <token>', 'an access token for the hub').env('HF_TOKEN'))
    .addHelpText('after', HELP)
    .action(async (from: string, options: InspectOptions) => report(await inspect(from, options)))
}

const HELP = `
Only the headers of weight files are read, never the weights. A value that cannot be derived is left out, and a note says why.

Exit codes: 0 success, 1 the checkpoint cannot be read (or --compare finds a difference), 2 wrong usage.

Examples:
  model-entity inspect ./checkpoints/llama
  model-entity inspect hf:Qwen/Qwen3-8B --format json
  model-entity inspect config.json --as request --name qwen3-8b --fileset research/qwen3-8b > qwen3-8b.yaml
  model-entity inspect ./checkpoints/llama --compare
  model-entity inspect ./checkpoints/llama --lora 16 --target all-linear`

async function inspect(from: string, options: InspectOptions): Promise<ExitCode> {
  const { token, revision, variant, hubUrl, lora: rank, target: targetModules } = options
  if (options.linearLayers && options.as !== 'request') throw new UsageError('--linear-layers needs --as request')
  if (targetModules !== undefined && rank === undefined)
    throw new UsageError('--target needs a rank, such as --lora 16')
  const checkpoint = await readCheckpoint(from, {
    minimumGpus,
    ...(token !== undefined && { token }),
    ...(revision !== undefined && { revision }),
    ...(variant !== undefined && { variant }),
    ...(hubUrl !== undefined && { hubUrl }),
  })
  if (options.compare) {
    if (!checkpoint.comparison)
      throw new UsageError('--compare needs a checkpoint with a config.json and safetensors files')
    process.stdout.write(comparisonText(checkpoint.comparison))
    return checkpoint.comparison.verdict === 'differs' ? EXIT.failed : EXIT.ok
  }
  if (options.as === 'request') process.stdout.write(requestFor(checkpoint, options))
  else {
    const lora =
      rank === undefined
        ? undefined
        : loraPlan(checkpoint, { rank, ...(targetModules !== undefined && { targetModules }) })
    process.stdout.write(INSPECT_FORMATS[options.format](checkpoint, lora))
  }
  return EXIT.ok
}

/** Checks the value of an option with the parser for that kind of reference. */
function checked(parse: typeof parseName | typeof parseFilesetRef): (text: string) => string {
  return (text) => {
    const parsed = parse(text)
    if (parsed.ok) return text
    throw new InvalidArgumentError(parsed.error.message)
  }
}
