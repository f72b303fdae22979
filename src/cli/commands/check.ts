import { Command, Option } from 'commander'
import { DEFAULT_MAX_DIAGNOSTICS } from '../../manifest/limits.js'
import { DEFAULT_WORKSPACE } from '../../references/index.js'
import { SCHEMA_NAMES } from '../../schemas/index.js'
import { type CheckOptions, refuseLoneFlags } from '../check/check-options.js'
import { fix, printDiff } from '../check/fix-command.js'
import { printCheck } from '../check/print-check.js'
import { parseReportFile } from '../check-outputs.js'
import { offering } from '../completion/offers.js'
import { type ExitCode, UsageError } from '../exit-code.js'
import { CHECK_FORMATS } from '../formats/check/index.js'
import { countOf, modelOption } from '../model-option.js'
import { STANDARD_INPUT } from '../read-file.js'

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
    .option(
      '--config <file>',
      'the config for all files (default: for each file, the nearest one in its folder or above)',
    )
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
  refuseLoneFlags(names, options)
  if (options.diff) return await printDiff(names, options)
  return await printCheck(names, options, options.fix ? await fix(names, options) : undefined)
}
