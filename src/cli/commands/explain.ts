import { Argument, Command } from 'commander'
import { nearest } from '../../options/index.js'
import { offering } from '../completion/offers.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { docsPage } from '../explain/docs-page.js'
import { pageOfCode } from '../explain/page-of-code.js'
import { DESCRIBED_CODES } from '../formats/check/code-descriptions.js'
import { flush, write } from '../output.js'

/** `model-entity explain`: prints the page of a rule or an error. */
export function explainCommand(report: (code: ExitCode) => void): Command {
  return new Command('explain')
    .description('print what a rule or an error means, with an example')
    .addArgument(
      offering(new Argument('<code>', 'the code of a diagnostic, such as heads-not-divisible or int_parsing'), {
        kind: 'words',
        words: DESCRIBED_CODES,
      }),
    )
    .addHelpText('after', '\nExamples:\n  model-entity explain trust-remote-code\n  model-entity explain int_parsing')
    .action(async (code: string) => report(await explain(code)))
}

async function explain(code: string): Promise<ExitCode> {
  const page = pageOfCode(code, docsPage('lint-rules'), docsPage('errors'))
  if (page === undefined) {
    const near = nearest(code, DESCRIBED_CODES)
    throw new UsageError(`unknown code ${JSON.stringify(code)}${near === undefined ? '' : `; did you mean ${near}?`}`)
  }
  await write(page)
  await flush()
  return EXIT.ok
}
