import { Command, Option } from 'commander'
import { byteColumns } from '../../manifest/byte-columns.js'
import type { CheckedSource } from '../../manifest/check-source.js'
import { DEFAULT_MAX_DIAGNOSTICS } from '../../manifest/limits.js'
import { DEFAULT_WORKSPACE } from '../../references/index.js'
import { SCHEMA_NAMES, type SchemaName } from '../../schemas/index.js'
import { Baseline, limited } from '../check/baseline.js'
import type { CheckChoices } from '../check/check-choices.js'
import { checkFiles, openFiles } from '../check/check-files.js'
import { Statistics } from '../check/statistics.js'
import { type ExceededLimit, WarningLimits } from '../check/warning-limits.js'
import { openOutputs, parseReportFile, type ReportFile } from '../check-outputs.js'
import { offering } from '../completion/offers.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import type { FixOutcome } from '../fix/fix-files.js'
import { CHECK_FORMATS, type CheckedFile, type CheckFormat, FORMATS_FOR_PEOPLE } from '../formats/check/index.js'
import { count, plural } from '../formats/numbers.js'
import { printable } from '../formats/printable.js'
import { countOf, modelOption } from '../model-option.js'
import { flush, write } from '../output.js'
import { painter } from '../paint.js'
import { STANDARD_INPUT } from '../read-file.js'

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
  readonly forceExclude?: true
  readonly gitignore: boolean
  /** The file of `--config`, or false for `--no-config`. */
  readonly config?: string | boolean
  readonly stdinFilename?: string
  readonly complete?: true
  readonly fix?: true
  readonly diff?: true
  readonly sortKeys?: true
  readonly fixSpec?: true
  readonly filesets?: string
  readonly for?: 'nemo-cli'
  readonly baseline?: string
  readonly writeBaseline?: string
  readonly statistics?: true
  readonly jobs?: number
  /** The ref of `--changed`. Empty without one. */
  readonly changed?: string | true
  readonly staged?: true
  readonly watch?: true
  readonly cache?: true
  readonly cacheLocation?: string
}

/** `model-entity check`: checks manifests and prints each problem with its place. */
export function checkCommand(report: (code: ExitCode) => void): Command {
  return new Command('check')
    .description('check model manifests: YAML, JSON and JSON Lines')
    .argument(
      '[files...]',
      'files, folders (searched for .yaml, .yml, .json, .jsonl, .ndjson), glob patterns, !patterns to leave out, or -',
    )
    .addOption(new Option('--format <format>', 'output format').choices(Object.keys(CHECK_FORMATS)).default('pretty'))
    .addOption(
      offering(
        new Option('--output <format=file>', 'also write a report to a file; may be given several times').argParser(
          parseReportFile,
        ),
        { kind: 'prefixes', words: Object.keys(CHECK_FORMATS).map((format) => `${format}=`), behind: 'files' },
      ),
    )
    .addOption(
      modelOption('check every document against this definition (default: chosen for each document, see below)'),
    )
    .addOption(new Option('--max-warnings <count>', 'fail if there are more warnings than this').argParser(countOf))
    .addOption(
      new Option('--max-diagnostics <count>', 'list at most this many per file, errors first; 0 lists all of them')
        .argParser((text) => countOf(text) || Number.POSITIVE_INFINITY)
        .default(DEFAULT_MAX_DIAGNOSTICS),
    )
    .option('--quiet', 'print errors only')
    .option('--verbose', 'list the files that are skipped, on standard error')
    .option('--config <file>', 'the config for all files (default: for each file the nearest one upward)')
    .option('--no-config', 'read no config')
    .option('--exclude <glob>', 'leave files out of folders and patterns; may be repeated', collect, [])
    .option('--force-exclude', 'treat named files like those of a folder: leave out and skip the same')
    .option('--no-gitignore', 'also search what Git ignores')
    .option('--complete', 'all entities are in these files: check references across files')
    .option('--workspace <name>', 'the workspace that requests belong to', DEFAULT_WORKSPACE)
    .option('--name <name>', 'the name of an entity that has none')
    .addOption(
      new Option('--for <command>', 'also report what `nemo models create NAME --input-file FILE` refuses').choices([
        'nemo-cli',
      ]),
    )
    .option('--stdin-filename <name>', 'the name of standard input: it selects the language and the config')
    .option('--baseline <file>', 'hide the diagnostics that this file records')
    .option('--write-baseline <file>', 'record the diagnostics of today, and hide them')
    .addOption(
      new Option(
        '--jobs <count>',
        'check with so many threads (default: up to 4, if there are thousands of files)',
      ).argParser(countOf),
    )
    .option(
      '--changed [ref]',
      'only the files that differ from the merge base with a ref (default: the upstream or main)',
    )
    .option('--staged', 'only the files that are staged in Git, with their staged content')
    .option('--watch', 'check again whenever a file changes, until Ctrl-C')
    .option('--cache', 'remember the checks of files by their content, in .model-entity-cache')
    .option('--cache-location <folder>', 'the folder of the cache; implies --cache')
    .option('--statistics', 'at the end, print how often each code occurs')
    .option('--fix', 'correct what has one meaning, then check; see below')
    .option('--diff', 'print what --fix would change, without changing it; exit with 1 if there is anything')
    .option('--sort-keys', 'with --fix or --diff: also sort keys in the order of the definitions')
    .option('--fix-spec', 'with --fix or --diff: also fill in and correct specs from checkpoints; needs --filesets')
    .option('--filesets <root>', 'with --fix-spec: the folder of the checkpoints, root/workspace/name')
    .addHelpText('after', HELP)
    .action(async (names: string[], options: CheckOptions) => report(await checkOrWatch(names, options)))
}

function collect(value: string, values: readonly string[]): string[] {
  return [...values, value]
}

const HELP = `
A document with an id and a timestamp is checked as a ModelEntity, any other as a CreateModelEntityRequest.
Each item of a list is checked as a document of its own.
Errors are refused by the service. Warnings and infos are accepted by the service but probably unintended.
--fix corrects misspelt fields, values of a wrong type that the service converts, and blanks around references. It
changes nothing else: comments, anchors, quotes and line endings stay. What it cannot correct is reported.
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

async function checkOrWatch(names: readonly string[], options: CheckOptions): Promise<ExitCode> {
  if (options.watch !== true) return await check(names, options)
  if (options.fix || options.diff) throw new UsageError('--watch only checks: it excludes --fix and --diff')
  if (names.includes(STANDARD_INPUT)) throw new UsageError('--watch cannot watch standard input')
  const { watchFiles } = await import('../check/watch.js')
  const written = [
    ...(options.output ?? []).map(({ path }) => path),
    ...(options.writeBaseline ? [options.writeBaseline] : []),
  ]
  return await watchFiles(names, written, () => check(names, options))
}

async function check(names: readonly string[], options: CheckOptions): Promise<ExitCode> {
  const { format, output = [], quiet = false } = options
  refuseLoneFlags(names, options)
  if (options.diff) return await printDiff(names, options)
  const fixed = options.fix ? await fix(names, options) : undefined
  const outputs = await openOutputs(format, output)
  const summary = { files: 0, documents: 0, errors: 0, warnings: 0, infos: 0, skipped: 0, suppressed: 0, hidden: 0 }
  const limits = new WarningLimits(options.maxWarnings)
  const baseline = baselineOf(options)
  const statistics = new Statistics()
  let [emptyDocuments, missing] = [0, 0]
  await outputs.print((formatter) => [formatter.begin()])
  // Each file is printed as soon as it is checked, so that only one of thousands is in memory.
  for await (const reports of checkFiles(names, choicesOf(options))) {
    for (const { name, how, config, ...found } of reports) {
      const all = baseline?.without(found.check) ?? found.check
      statistics.add(all.diagnostics)
      const source = { ...found, check: limited(all, options.maxDiagnostics) }
      const { counts, documents, suppressedCount } = source.check
      if (how === 'skipped') {
        summary.skipped += 1
        if (options.verbose) process.stderr.write(`skipped: ${printable(name)}\n`)
        continue
      }
      const checked = listedOf(name, source, quiet)
      const printing = outputs.print((formatter) => formatter.file(checked))
      if (printing !== undefined) await printing
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
  }
  const failure = failureOf(summary.errors, limits.exceeded)
  const end = {
    summary: { ...summary, ...(fixed && { fixed: fixed.fixes }) },
    emptyDocuments,
    ...(failure !== undefined && { failure }),
  }
  await outputs.print((formatter) => [formatter.end(end)])
  await outputs.close()
  baseline?.write()
  if (options.statistics) await printStatistics(statistics, format)
  if (failure === undefined) return EXIT.ok
  if (!FORMATS_FOR_PEOPLE.has(format)) process.stderr.write(`${painter(process.stderr)('red', `failed: ${failure}`)}\n`)
  return missing > 0 ? EXIT.misuse : EXIT.failed
}

/** @throws UsageError if the baseline cannot be read */
function baselineOf({ baseline, writeBaseline }: CheckOptions): Baseline | undefined {
  if (writeBaseline !== undefined) return Baseline.recording(writeBaseline)
  return baseline === undefined ? undefined : Baseline.read(baseline)
}

/** Below the output for people; beside that for programs, on standard error. */
async function printStatistics(statistics: Statistics, format: CheckFormat): Promise<void> {
  if (!FORMATS_FOR_PEOPLE.has(format)) process.stderr.write(statistics.toString())
  else {
    await write(statistics.toString())
    await flush()
  }
}

/** @throws UsageError for flags that do nothing without others */
function refuseLoneFlags(names: readonly string[], options: CheckOptions): void {
  const { fix, diff, sortKeys, fixSpec, filesets, changed, staged } = options
  if (names.length === 0 && changed === undefined && !staged) throw new UsageError("missing required argument 'files'")
  if (staged && changed !== undefined) throw new UsageError('--staged and --changed exclude each other')
  if (staged && fix)
    throw new UsageError('--fix changes the working tree, and --staged checks the index: use one of them')
  if (sortKeys && !fix && !diff) throw new UsageError('--sort-keys needs --fix or --diff')
  if (fixSpec && !fix && !diff) throw new UsageError('--fix-spec needs --fix or --diff')
  if (fixSpec && filesets === undefined)
    throw new UsageError('--fix-spec needs --filesets with the folder of the checkpoints')
  if (filesets !== undefined && !fixSpec) throw new UsageError('--filesets needs --fix-spec')
  if (fix && !diff && names.includes(STANDARD_INPUT))
    throw new UsageError('--fix cannot change standard input; --diff shows what it would do')
}

/** Corrects the files. */
async function fix(names: readonly string[], options: CheckOptions): Promise<FixOutcome> {
  const { fixFiles } = await import('../fix/fix-files.js')
  const files = openFiles(names, choicesOf(options))
  const outcome = await fixFiles(files, { ...fixRequest(options), isWriting: true }, async () => undefined)
  reportNotes(outcome)
  return outcome
}

/** Prints what would be corrected. Standard output is a patch, so the summary is on standard error. */
async function printDiff(names: readonly string[], options: CheckOptions): Promise<ExitCode> {
  const { fixFiles } = await import('../fix/fix-files.js')
  const files = openFiles(names, choicesOf(options))
  const outcome = await fixFiles(files, { ...fixRequest(options), isWriting: false }, write)
  await flush()
  reportNotes(outcome)
  const { fixes, files: changed } = outcome
  process.stderr.write(`${plural(fixes, 'fix', 'fixes')} in ${plural(changed, 'file')}: --fix makes them\n`)
  return changed > 0 ? EXIT.failed : EXIT.ok
}

function fixRequest({ sortKeys = false, filesets }: Pick<CheckOptions, 'filesets'> & { readonly sortKeys?: boolean }) {
  return { sortKeys, ...(filesets !== undefined && { filesets }) }
}

function reportNotes({ notes }: FixOutcome): void {
  for (const note of notes) process.stderr.write(`note: ${printable(note)}\n`)
}

/** The diagnostics of a file that are printed: all, or errors only. */
function listedOf(name: string, { check, source, byteColumn }: CheckedSource, quiet: boolean): CheckedFile {
  const { diagnostics, excerpts, suppressed } = check
  const kept = quiet ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics
  return {
    name,
    diagnostics: kept,
    excerpts: quiet ? excerpts.filter((_, index) => diagnostics[index]?.severity === 'error') : excerpts,
    suppressed,
    byteColumn: byteColumn ?? byteColumns(source),
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

/** The default folder of the cache. */
const CACHE = '.model-entity-cache'

function refOf(changed: string | true): string | undefined {
  return changed === true || changed === '' ? undefined : changed
}

function seesAll({ baseline, writeBaseline, statistics }: CheckOptions): boolean {
  return baseline !== undefined || writeBaseline !== undefined || statistics === true
}

function choicesOf(options: CheckOptions): CheckChoices {
  const { model, name, stdinFilename, config, output = [] } = options
  return {
    workspace: options.workspace,
    // A baseline and statistics have to see all of them.
    maxDiagnostics: seesAll(options) ? Number.POSITIVE_INFINITY : options.maxDiagnostics,
    exclude: options.exclude,
    usesGitRules: options.gitignore,
    isForced: options.forceExclude === true,
    complete: options.complete === true,
    reports: output.map(({ path }) => path),
    config: { isOff: config === false, ...(typeof config === 'string' && { file: config }) },
    ...(model !== undefined && { model }),
    ...(name !== undefined && { name }),
    ...(options.jobs !== undefined && { jobs: options.jobs }),
    ...((options.cache || options.cacheLocation !== undefined) && { cache: options.cacheLocation ?? CACHE }),
    ...(options.staged && { only: { kind: 'staged' } }),
    ...(options.changed !== undefined && { only: { kind: 'changed', ref: refOf(options.changed) } }),
    ...(options.for !== undefined && { target: options.for }),
    ...(stdinFilename !== undefined && { stdinFilename }),
  }
}
