import { Command, InvalidArgumentError, Option } from 'commander'
import { minimumGpus } from '../estimate/index.js'
import { checkManifest, type Diagnostic, type ManifestCheck, summaryOf } from '../manifest/index.js'
import { SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'
import { EXIT, type ExitCode } from './exit-code.js'
import { type FoundFile, findFiles } from './find-files.js'
import { CHECK_FORMATS, type CheckFormat } from './formats/index.js'
import { modelOption } from './model-option.js'
import { readFile } from './read-file.js'
import { SourceLines } from './source-lines.js'

interface CheckOptions {
  readonly format: CheckFormat
  readonly model?: SchemaName
  readonly maxWarnings?: number
  readonly quiet?: true
}

/** `model-entity check`: checks manifests, and prints what is wrong and where. */
export function checkCommand(report: (code: ExitCode) => void): Command {
  return new Command('check')
    .description('check model manifests: YAML, JSON and JSON Lines')
    .argument(
      '<files...>',
      'files, folders (searched for .yaml, .yml, .json, .jsonl, .ndjson), patterns, or - for standard input',
    )
    .addOption(new Option('--format <format>', 'how to print').choices(Object.keys(CHECK_FORMATS)).default('pretty'))
    .addOption(modelOption('check every document as this, in place of telling requests from entities'))
    .addOption(new Option('--max-warnings <count>', 'fail when there are more warnings').argParser(countOf))
    .option('--quiet', 'print errors only')
    .addHelpText('after', HELP)
    .action(async (names: string[], options: CheckOptions) => report(await check(names, options)))
}

const HELP = `
A mapping with an id and a timestamp is checked as a ModelEntity, anything else as a CreateModelEntityRequest;
a list holds several. Errors are what the service refuses; warnings and infos are what it takes and nobody means.

Exit codes:
  0  no errors (and not more warnings than --max-warnings allows)
  1  errors, or a file that cannot be read
  2  misuse: an unknown flag, a file named that is not there

Examples:
  model-entity check models/
  model-entity check 'models/**/*.yaml' --max-warnings 0
  cat entity.json | model-entity check - --model ModelEntity --format json

The definitions for --model: ${SCHEMA_NAMES.join(', ')}.`

async function check(names: readonly string[], options: CheckOptions): Promise<ExitCode> {
  const files = await findFiles(names)
  const diagnostics: Diagnostic[] = []
  const sources = new SourceLines()
  let documents = 0
  let emptyDocuments = 0
  for (const file of files) {
    const checked = await checkFile(file, options.model, sources)
    for (const one of checked.diagnostics) diagnostics.push(one)
    documents += checked.documents
    emptyDocuments += checked.emptyDocuments
  }
  const summary = summaryOf(files.length, documents, diagnostics)
  const shown = options.quiet ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics
  process.stdout.write(CHECK_FORMATS[options.format]({ summary, emptyDocuments, diagnostics: shown, sources }))
  const tooManyWarnings = options.maxWarnings !== undefined && summary.warnings > options.maxWarnings
  return summary.errors > 0 || tooManyWarnings ? EXIT.failed : EXIT.ok
}

async function checkFile(
  { name, path }: FoundFile,
  model: SchemaName | undefined,
  sources: SourceLines,
): Promise<ManifestCheck> {
  if (COMMENTED_JSON.test(name)) {
    const why = 'JSON with comments is not read; write YAML, or plain JSON'
    return { diagnostics: [unreadable(name, why)], documents: 0, emptyDocuments: 0 }
  }
  const content = await readFile(path)
  if (!content.ok) return { diagnostics: [unreadable(name, content.why)], documents: 0, emptyDocuments: 0 }
  const checked = checkManifest(content.bytes, { file: name, minimumGpus, ...(model !== undefined && { model }) })
  sources.keep(name, content.bytes, checked.diagnostics)
  return checked
}

const COMMENTED_JSON = /\.json[c5]$/i

function unreadable(file: string, why: string): Diagnostic {
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 }
  const message = `The file cannot be read: ${why}`
  return {
    file,
    document: 0,
    ...place,
    severity: 'error',
    code: 'unreadable_file',
    loc: [],
    message,
    help: 'check the file, its link and its permissions',
  }
}

function countOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a count: 0, 1, 2, …')
}
