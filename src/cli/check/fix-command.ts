/** `model-entity check --fix` and `--diff`. */

import { EXIT, type ExitCode } from '../exit-code.js'
import type { FixOutcome } from '../fix/fix-files.js'
import { plural } from '../formats/numbers.js'
import { printable } from '../formats/printable.js'
import { flush, write } from '../output.js'
import { openFiles } from './check-files.js'
import { type CheckOptions, choicesOf } from './check-options.js'

/** Corrects the files. */
export async function fix(names: readonly string[], options: CheckOptions): Promise<FixOutcome> {
  const { fixFiles } = await import('../fix/fix-files.js')
  const files = openFiles(names, choicesOf(options))
  const outcome = await fixFiles(files, { ...fixRequest(options), isWriting: true }, async () => undefined)
  reportNotes(outcome)
  return outcome
}

/** Prints what would be corrected. Standard output is a patch, so the summary is on standard error. */
export async function printDiff(names: readonly string[], options: CheckOptions): Promise<ExitCode> {
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
