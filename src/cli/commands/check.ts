import { Command, Option } from 'commander'
import { minimumGpus } from '../../estimate/index.js'
import { byteColumns } from '../../manifest/byte-columns.js'
import { type CheckedSource, checkSource } from '../../manifest/check-manifest.js'
import {
  type CheckSummary,
  DEFAULT_MAX_DIAGNOSTICS,
  type Diagnostic,
  type ManifestCheck,
  pageOf,
} from '../../manifest/index.js'
import { SourceText } from '../../manifest/source-text.js'
import { SCHEMA_NAMES, type SchemaName } from '../../schemas/index.js'
import { isReport, openOutputs, parseReportFile, type ReportFile } from '../check-outputs.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { type FoundFile, findFiles } from '../find-files.js'
import { CHECK_FORMATS, type CheckedFile, type CheckFormat, FORMATS_FOR_PEOPLE } from '../formats/check/index.js'
import { count, plural } from '../formats/numbers.js'
import { countOf, modelOption } from '../model-option.js'
import { painter } from '../paint.js'
import { readFile } from '../read-file.js'

interface CheckOptions {
  readonly format: CheckFormat
  readonly output?: readonly ReportFile[]
  readonly model?: SchemaName
  readonly maxWarnings?: number
  readonly maxDiagnostics: number
  readonly quiet?: true
}

/** `model-entity check`: checks manifests and prints each problem with its place. */
export function checkCommand(report: (code: ExitCode) => void): Command {
  return new Command('check')
    .description('check model manifests: YAML, JSON and JSON Lines')
    .argument(
      '<files...>',
      'files, folders (searched for .yaml, .yml, .json, .jsonl, .ndjson), glob patterns, or - for standard input',
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
    .addHelpText('after', HELP)
    .action(async (names: string[], options: CheckOptions) => report(await check(names, options)))
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
  const files = (await findFiles(names)).filter(({ path }) => !isReport(path, output))
  const outputs = openOutputs(format, output)
  const summary = { files: files.length, documents: 0, errors: 0, warnings: 0, infos: 0 }
  let [emptyDocuments, hidden] = [0, 0]
  await outputs.each(async (formatter, put) => put(formatter.begin()))
  // Each file is printed as soon as it is checked, so that only one of thousands is in memory.
  for (const file of files) {
    const source = await checkFile(file, options)
    const { counts, documents } = source.check
    const checked = listedOf(file.name, source, quiet)
    await outputs.each(async (formatter, put) => {
      for (const piece of formatter.file(checked)) await put(piece)
    })
    hidden += counts.error + (quiet ? 0 : counts.warning + counts.info) - checked.diagnostics.length
    summary.documents += documents
    summary.errors += counts.error
    summary.warnings += counts.warning
    summary.infos += counts.info
    emptyDocuments += source.check.emptyDocuments
  }
  const failure = failureOf(summary, options)
  const end = {
    summary: hidden === 0 ? summary : { ...summary, hidden },
    emptyDocuments,
    ...(failure !== undefined && { failure }),
  }
  await outputs.each(async (formatter, put) => put(formatter.end(end)))
  await outputs.close()
  if (failure === undefined) return EXIT.ok
  if (!FORMATS_FOR_PEOPLE.has(format)) process.stderr.write(`${painter(process.stderr)('red', `failed: ${failure}`)}\n`)
  return EXIT.failed
}

/** The diagnostics of a file that are printed: all, or errors only. */
function listedOf(name: string, { check, source }: CheckedSource, quiet: boolean): CheckedFile {
  const { diagnostics, excerpts, suppressed = [] } = check
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
function failureOf({ errors, warnings }: CheckSummary, { maxWarnings }: CheckOptions): string | undefined {
  const reasons = errors > 0 ? [plural(errors, 'error')] : []
  if (maxWarnings !== undefined && warnings > maxWarnings) {
    reasons.push(`${plural(warnings, 'warning')}, at most ${count(maxWarnings)} allowed (--max-warnings)`)
  }
  return reasons.length === 0 ? undefined : reasons.join('; ')
}

async function checkFile({ name, path }: FoundFile, { model, maxDiagnostics }: CheckOptions): Promise<CheckedSource> {
  if (COMMENTED_JSON.test(name))
    return unreadable(name, 'JSON with comments is not supported; write YAML or plain JSON')
  const content = await readFile(path)
  if (!content.ok) return unreadable(name, content.why)
  return checkSource(content.bytes, {
    file: name,
    minimumGpus,
    maxDiagnostics,
    ...(model !== undefined && { model }),
  })
}

const COMMENTED_JSON = /\.json[c5]$/i

function unreadable(file: string, why: string): CheckedSource {
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 }
  const one: Diagnostic = {
    file,
    document: 0,
    ...place,
    severity: 'error',
    code: 'unreadable_file',
    loc: [],
    message: `The file cannot be read: ${why}`,
    help: 'check the file, its links and its permissions',
    url: pageOf('unreadable_file'),
  }
  const counts = { error: 1, warning: 0, info: 0 }
  const check: ManifestCheck = { diagnostics: [one], excerpts: [], counts, documents: 0, emptyDocuments: 0 }
  return { check, source: new SourceText('') }
}
