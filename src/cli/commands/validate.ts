import { Command, Option } from 'commander'
import { maskSecrets } from '../../display/index.js'
import type { SchemaName } from '../../schemas/index.js'
import { validateJson } from '../../validation/index.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { plural } from '../formats/numbers.js'
import { jsonChunks } from '../json-text.js'
import { countOf, modelOption } from '../model-option.js'
import { flush, write } from '../output.js'
import { readFile } from '../read-file.js'
import { shortInputs } from '../short-inputs.js'

interface ValidateOptions {
  readonly model: SchemaName
  readonly maxErrors: number
  readonly showSecrets?: true
}

/** `model-entity validate`: answers a body as the service does. */
export function validateCommand(report: (code: ExitCode) => void): Command {
  return new Command('validate')
    .description('print the response body of the service to a JSON body; its status goes to standard error')
    .argument('<file>', 'a file that holds the body, or - for standard input')
    .addOption(modelOption('the definition that the body is validated by').makeOptionMandatory())
    .addOption(new Option('--max-errors <count>', 'print no more errors').argParser(countOf).default(1000))
    .option('--show-secrets', 'print the body exactly as the service answers it')
    .addHelpText('after', HELP)
    .action(async (file: string, options: ValidateOptions) => report(await validateFile(file, options)))
}

const HELP = `
Values of api_key and of keys named like one, and user and password in URLs, are printed as ***, and an input of
thousands of values is cut: standard error says so. --show-secrets prints them whole.

Exit codes: 0 the body is valid, 1 it is not, 2 wrong use.

Examples:
  model-entity validate --model CreateModelEntityRequest request.json
  curl … | model-entity validate --model ModelEntity -`

async function validateFile(file: string, { model, maxErrors, showSecrets }: ValidateOptions): Promise<ExitCode> {
  const content = await readFile(file)
  if (!content.ok) throw new UsageError(`${file} cannot be read: ${content.why}`)
  const answer = validateJson(model, content.bytes, { maxErrors })
  const notes = [String(answer.ok ? statusOf(model) : answer.status)]
  let body: unknown = answer.ok ? answer.value : { detail: answer.detail }
  if (!answer.ok && answer.status === 422) {
    const hidden = (answer.errorCount ?? answer.detail.length) - answer.detail.length
    if (hidden > 0) notes.push(`${plural(hidden, 'more error')}: --max-errors prints more`)
    if (!showSecrets) {
      const { detail, isCut } = shortInputs(answer.detail)
      body = { detail }
      if (isCut) notes.push('long inputs are cut: --show-secrets prints them whole')
    }
  }
  const { value, secrets } = showSecrets ? { value: body, secrets: 0 } : maskSecrets(body)
  if (secrets > 0) notes.push(`${plural(secrets, 'secret')} masked: --show-secrets prints them`)
  process.stderr.write(`${notes.join('\n')}\n`)
  for (const chunk of jsonChunks(value)) await write(chunk)
  await write('\n')
  await flush()
  return answer.ok ? EXIT.ok : EXIT.failed
}

/** The route itself answers 201; there is no other status for a valid body. */
function statusOf(model: SchemaName): number {
  return model === 'CreateModelEntityRequest' ? 201 : 200
}
