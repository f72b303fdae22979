import { Command, Option } from 'commander'
import { byteColumns } from '../../manifest/byte-columns.js'
import type { CheckedSource } from '../../manifest/check-source.js'
import { DEFAULT_MAX_DIAGNOSTICS } from '../../manifest/index.js'
import { DEFAULT_WORKSPACE } from '../../references/index.js'
import { SCHEMA_NAMES, type SchemaName } from '../../schemas/index.js'
import { type CheckChoices, checkFiles } from '../check/check-files.js'
import { type ExceededLimit, WarningLimits } from '../check/warning-limits.js'
import { isReport, openOutputs, parseReportFile, type ReportFile } from '../check-outputs.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { CHECK_FORMATS, type CheckedFile, type CheckFormat, FORMATS_FOR_PEOPLE } from '../formats/check/index.js'
import { count, plural } from '../formats/numbers.js'
import { printable } from '../formats/printable.js'
import { countOf, modelOption } from '../model-option.js'
import { painter } from '../paint.js'

interface CheckOptions {
  readonly format: CheckFormat
  readonly output?: readonly ReportFile[]
  readonly model?: SchemaName
  readonly maxWarnings?: number
  readonly maxDiagnostics: number
  readonly quiet?: true
  readonly verbose?: true
  readonly name?: string
  readonly workspace: string
  readonly exclude: readonly string[]
  readonly gitignore: boolean
  /** The file of `--config`, or false for `--no-config`. */
  readonly config?: string | boolean
  readonly stdinFilename?: string
  readonly complete?: true
}

/** `model-entity check`: checks manifests and prints each problem with its place. */
export function checkCommand(report: (code: ExitCode) => void): Command {
  return new Command('check')
    .description('check model manifests: YAML, JSON and JSON Lines')
    .argument(
      '<files...>',
      'files, folders (searched for .yaml, .yml, .json, .jsonl, .ndjson), glob patterns, !patterns to leave out, or -',
    )
    .addOption(new Option('--format <format>', 'output format').choices(Object.keys(CHECK_FORMATS)).default('pretty'))
    .addOption(
      new Option('--output <format=file>', 'also write a report to a file; may be given several times').argParser(
        parseReportFile,
      ),
    )
    .addOption(
      modelOption('check every document against this definition (default: chosen for each document, see below)'),
    )
    .addOption(new Option('--max-warnings <count>', 'fail if there are more warnings than this').argParser(countOf))
    .addOption(
      new Option('--max-diagnostics <count>', 'list at most this many per file, errors first; the summary counts all')
        .argParser(countOf)
        .default(DEFAULT_MAX_DIAGNOSTICS),
    )
    .option('--quiet', 'print errors only')
    .option('--verbose', 'list the files that are skipped, on standard error')
    .option('--config <file>', 'the config for all files (default: for each file the nearest one upward)')
    .option('--no-config', 'read no config')
    .option('--exclude <glob>', 'leave files out of folders and patterns; may be repeated', collect, [])
    .option('--no-gitignore', 'also search what Git ignores')
    .option('--complete', 'all entities are in these files: check references across files')
    .option('--workspace <name>', 'the workspace that requests belong to', DEFAULT_WORKSPACE)
    .option('--name <name>', 'the name of an entity that has none')
    .option('--stdin-filename <name>', 'the name of standard input: it selects the language and the config')
    .addHelpText('after', HELP)
    .action(async (names: string[], options: CheckOptions) => report(await check(names, options)))
}

function collect(value: string, values: readonly string[]): string[] {
  return [...values, value]
}

const HELP = `
A document with an id and a timestamp is checked as a ModelEntity, any other as a CreateModelEntityRequest.
Each item of a list is checked as a document of its own.
Errors are refused by the service. Warnings and infos are accepted by the service but probably unintended.
Secrets are masked: the values of api_key and of keys with similar names, and user, password and
tokens in URLs.

Exit codes:
  0  no errors (and not more warnings than --max-warnings allows)
  1  errors, more warnings than allowed, or a file that cannot be read
  2  wrong usage: an unknown flag, a file that does not exist

Examples:
  model-entity check models/
  model-entity check 'models/**/*.yaml' --max-warnings 0
  cat entity.json | model-entity check - --model ModelEntity --format json

Definitions for --model: ${SCHEMA_NAMES.join(', ')}.`

async function check(names: readonly string[], options: CheckOptions): Promise<ExitCode> {
  const { format, output = [], quiet = false } = options
  const outputs = openOutputs(format, output)
  const summary = { files: 0, documents: 0, errors: 0, warnings: 0, infos: 0, skipped: 0, suppressed: 0, hidden: 0 }
  const limits = new WarningLimits(options.maxWarnings)
  let [emptyDocuments, missing] = [0, 0]
  await outputs.each(async (formatter, put) => put(formatter.begin()))
  // Each file is printed as soon as it is checked, so that only one of thousands is in memory.
  for await (const { name, how, config, ...source } of checkFiles(names, choicesOf(options))) {
    const { counts, documents, suppressedCount } = source.check
    if (how === 'skipped') {
      summary.skipped += 1
      if (options.verbose) process.stderr.write(`skipped: ${printable(name)}\n`)
      continue
    }
    const checked = listedOf(name, source, quiet)
    await outputs.each(async (formatter, put) => {
      for (const piece of formatter.file(checked)) await put(piece)
    })
    summary.hidden += counts.error + (quiet ? 0 : counts.warning + counts.info) - checked.diagnostics.length
    if (how === 'checked') summary.files += 1
    summary.documents += documents
    summary.errors += counts.error
    summary.warnings += counts.warning
    summary.infos += counts.info
    summary.suppressed += suppressedCount
    emptyDocuments += source.check.emptyDocuments
    limits.add(config, counts.warning)
    if (how === 'missing') missing += 1
  }
  const failure = failureOf(summary.errors, limits.exceeded)
  const end = { summary, emptyDocuments, ...(failure !== undefined && { failure }) }
  await outputs.each(async (formatter, put) => put(formatter.end(end)))
  await outputs.close()
  if (failure === undefined) return EXIT.ok
  if (!FORMATS_FOR_PEOPLE.has(format)) process.stderr.write(`${painter(process.stderr)('red', `failed: ${failure}`)}\n`)
  return missing > 0 ? EXIT.misuse : EXIT.failed
}

/** The diagnostics of a file that are printed: all, or errors only. */
function listedOf(name: string, { check, source }: CheckedSource, quiet: boolean): CheckedFile {
  const { diagnostics, excerpts, suppressed } = check
  const kept = quiet ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics
  return {
    name,
    diagnostics: kept,
    excerpts: quiet ? excerpts.filter((_, index) => diagnostics[index]?.severity === 'error') : excerpts,
    suppressed,
    byteColumn: byteColumns(source),
  }
}

/** Why a check fails. Undefined if it does not. */
function failureOf(errors: number, exceeded: readonly ExceededLimit[]): string | undefined {
  const reasons = errors > 0 ? [plural(errors, 'error')] : []
  for (const { warnings, most, source } of exceeded) {
    reasons.push(`${plural(warnings, 'warning')}, at most ${count(most)} allowed (${source})`)
  }
  return reasons.length === 0 ? undefined : reasons.join('; ')
}

function choicesOf(options: CheckOptions): CheckChoices {
  const { model, name, stdinFilename, config, output = [] } = options
  return {
    workspace: options.workspace,
    maxDiagnostics: options.maxDiagnostics,
    exclude: options.exclude,
    usesGitRules: options.gitignore,
    complete: options.complete === true,
    isReport: (path) => isReport(path, output),
    config: { isOff: config === false, ...(typeof config === 'string' && { file: config }) },
    ...(model !== undefined && { model }),
    ...(name !== undefined && { name }),
    ...(stdinFilename !== undefined && { stdinFilename }),
  }
}
