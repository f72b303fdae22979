import { Command } from 'commander'
import type { SchemaName } from '../schemas/index.js'
import { validateJson } from '../validation/index.js'
import { EXIT, type ExitCode, UsageError } from './exit-code.js'
import { jsonText } from './json-text.js'
import { modelOption } from './model-option.js'
import { readFile } from './read-file.js'

/** `model-entity validate`: answers a body as the service does. */
export function validateCommand(report: (code: ExitCode) => void): Command {
  return new Command('validate')
    .description('print the response body of the service to a JSON body; its status goes to standard error')
    .argument('<file>', 'a file that holds the body, or - for standard input')
    .addOption(modelOption('the definition that the body is validated by').makeOptionMandatory())
    .addHelpText('after', HELP)
    .action(async (file: string, { model }: { model: SchemaName }) => report(await validateFile(file, model)))
}

const HELP = `
Exit codes: 0 the body is valid, 1 it is not, 2 misuse.

Examples:
  model-entity validate --model CreateModelEntityRequest request.json
  curl … | model-entity validate --model ModelEntity -`

async function validateFile(file: string, model: SchemaName): Promise<ExitCode> {
  const content = await readFile(file)
  if (!content.ok) throw new UsageError(`${file} cannot be read: ${content.why}`)
  const answer = validateJson(model, content.bytes)
  const body = answer.ok ? answer.value : { detail: answer.detail }
  process.stderr.write(`${answer.ok ? statusOf(model) : answer.status}\n`)
  process.stdout.write(`${jsonText(body)}\n`)
  return answer.ok ? EXIT.ok : EXIT.failed
}

/** The route itself answers 201; there is no other status for a valid body. */
function statusOf(model: SchemaName): number {
  return model === 'CreateModelEntityRequest' ? 201 : 200
}
