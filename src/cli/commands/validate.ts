import { Command, Option } from 'commander'
import { maskSecrets } from '../../display/index.js'
import { PACKAGE_VERSION } from '../../export/generated/version.js'
import { decodeBody, jsonValue, readJson } from '../../json/index.js'
import type { SchemaName } from '../../schemas/index.js'
import { validateJson } from '../../validation/index.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { plural } from '../formats/numbers.js'
import { jsonChunks } from '../json-text.js'
import { countOf, modelOption } from '../model-option.js'
import { flush, write } from '../output.js'
import { readFile, STANDARD_INPUT } from '../read-file.js'
import { serve } from '../serve/serve.js'
import { shortInputs } from '../short-inputs.js'

interface ValidateOptions {
  readonly model?: SchemaName
  readonly maxErrors: number
  readonly maxLine: number
  readonly serve?: true
  readonly showSecrets?: true
}

/** `model-entity validate`: prints the response that the service would give to a body. */
export function validateCommand(report: (code: ExitCode) => void): Command {
  return new Command('validate')
    .description("validate a JSON body and print the service's response to it, with the status on standard error")
    .argument('[file]', 'a file with the body, or - for standard input')
    .addOption(modelOption('the definition to validate the body against'))
    .addOption(new Option('--max-errors <count>', 'print at most this many errors').argParser(countOf).default(1000))
    .option('--show-secrets', 'print the response in full: without masking secrets or shortening long inputs')
    .option('--serve', 'answer each line of standard input with one line of JSON, until the input ends')
    .addOption(
      new Option('--max-line <bytes>', 'with --serve: the longest line').argParser(countOf).default(MAX_LINE_BYTES),
    )
    .addHelpText('after', HELP)
    .action(async (file: string | undefined, options: ValidateOptions) => report(await validateOrServe(file, options)))
}

const HELP = `
Secrets are printed as ***: the values of api_key and of keys with similar names, and user, password
and tokens in URLs.
Inputs longer than 1,000 values or characters are shortened. Standard error says when either happens.

With --serve and --model, each line is a body. With --serve alone, each line is a request such as
{"id": 1, "model": "Lora", "body": "{\\"rank\\": 8}"}. Answers are in full, secrets included.

Exit codes: 0 the body is valid, 1 it is not, 2 wrong usage.

Examples:
  model-entity validate --model CreateModelEntityRequest request.json
  curl … | model-entity validate --model ModelEntity -
  model-entity validate --serve < requests.jsonl > answers.jsonl`

/** 16 MiB. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

async function validateOrServe(file: string | undefined, options: ValidateOptions): Promise<ExitCode> {
  const { model, maxErrors, maxLine: maxLineBytes } = options
  if (options.serve) {
    if (file !== undefined && file !== STANDARD_INPUT)
      throw new UsageError('--serve reads standard input: leave out the file')
    await serve({ maxErrors, maxLineBytes, version: PACKAGE_VERSION, ...(model !== undefined && { model }) })
    return EXIT.ok
  }
  if (model === undefined) throw new UsageError("required option '--model <name>' not specified")
  if (file === undefined) throw new UsageError("missing required argument 'file'")
  return validateFile(file, model, options)
}

async function validateFile(file: string, model: SchemaName, options: ValidateOptions): Promise<ExitCode> {
  const { maxErrors, showSecrets } = options
  const content = readFile(file)
  if (!content.ok) throw new UsageError(`${file} cannot be read: ${content.why}`)
  const answer = validateJson(model, content.bytes, { maxErrors })
  const notes = [String(answer.ok ? statusOf(model) : answer.status)]
  let body: unknown = answer.ok ? answer.value : { detail: answer.detail }
  if (!answer.ok && answer.status === 422) {
    const hidden = (answer.errorCount ?? answer.detail.length) - answer.detail.length
    if (hidden > 0) notes.push(`${plural(hidden, 'more error')} not printed: raise --max-errors`)
    if (!showSecrets) {
      const { detail, isCut } = shortInputs(answer.detail)
      body = { detail }
      if (isCut) notes.push('long inputs are shortened: --show-secrets prints them in full')
    }
  }
  const { value, secrets } = showSecrets ? { value: body, secrets: 0 } : maskSecrets(body, jsonOf(content.bytes))
  if (secrets > 0) notes.push(`${plural(secrets, 'secret')} masked: --show-secrets prints them`)
  process.stderr.write(`${notes.join('\n')}\n`)
  for (const chunk of jsonChunks(value)) await write(chunk)
  await write('\n')
  await flush()
  return answer.ok ? EXIT.ok : EXIT.failed
}

/** What the body says, if it is JSON: an error may quote a secret that stands elsewhere in it. */
function jsonOf(bytes: Uint8Array): unknown {
  const read = readJson(decodeBody(bytes) ?? '', { constants: true })
  return read.ok ? jsonValue(read.root) : undefined
}

/** The create route responds with 201 to a valid body. */
function statusOf(model: SchemaName): number {
  return model === 'CreateModelEntityRequest' ? 201 : 200
}
