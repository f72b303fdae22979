import { Command, Option } from 'commander'
import { minimumGpus } from '../../estimate/index.js'
import { checkManifest, DEFAULT_MAX_DIAGNOSTICS, type Diagnostic, type ManifestCheck } from '../../manifest/index.js'
import { SCHEMA_NAMES, type SchemaName } from '../../schemas/index.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { type FoundFile, findFiles } from '../find-files.js'
import { CHECK_FORMATS, type CheckFormat } from '../formats/check/index.js'
import { countOf, modelOption } from '../model-option.js'
import { flush, write } from '../output.js'
import { readFile } from '../read-file.js'

interface CheckOptions {
  readonly format: CheckFormat
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
  const files = await findFiles(names)
  const format = CHECK_FORMATS[options.format]()
  const summary = { files: files.length, documents: 0, errors: 0, warnings: 0, infos: 0 }
  let emptyDocuments = 0
  let [listed, hidden] = [0, 0]
  await write(format.begin())
  // Each file is printed as soon as it is checked, so that only one of thousands is in memory.
  for (const file of files) {
    const checked = await checkFile(file, options)
    const { counts, diagnostics, excerpts } = checked
    const before = listed
    for (const [index, one] of diagnostics.entries()) {
      if (options.quiet && one.severity !== 'error') continue
      await write(format.diagnostic(one, excerpts[index], listed))
      listed += 1
    }
    hidden += counts.error + (options.quiet ? 0 : counts.warning + counts.info) - (listed - before)
    summary.documents += checked.documents
    summary.errors += counts.error
    summary.warnings += counts.warning
    summary.infos += counts.info
    emptyDocuments += checked.emptyDocuments
  }
  await write(format.end({ summary: hidden === 0 ? summary : { ...summary, hidden }, emptyDocuments, listed }))
  await flush()
  const tooManyWarnings = options.maxWarnings !== undefined && summary.warnings > options.maxWarnings
  return summary.errors > 0 || tooManyWarnings ? EXIT.failed : EXIT.ok
}

async function checkFile({ name, path }: FoundFile, { model, maxDiagnostics }: CheckOptions): Promise<ManifestCheck> {
  if (COMMENTED_JSON.test(name))
    return unreadable(name, 'JSON with comments is not supported; write YAML or plain JSON')
  const content = await readFile(path)
  if (!content.ok) return unreadable(name, content.why)
  return checkManifest(content.bytes, {
    file: name,
    minimumGpus,
    maxDiagnostics,
    ...(model !== undefined && { model }),
  })
}

const COMMENTED_JSON = /\.json[c5]$/i

function unreadable(file: string, why: string): ManifestCheck {
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
  }
  const counts = { error: 1, warning: 0, info: 0 }
  return { diagnostics: [one], excerpts: [], counts, documents: 0, emptyDocuments: 0 }
}
