/** Checks the files that the arguments name, one after the other. */

import type { ListedEntity } from '../../manifest/list-entities.js'
import { UsageError } from '../exit-code.js'
import type { CheckChoices } from './check-choices.js'
import { CheckRun } from './check-run.js'
import type { FileReport, OpenedFile } from './file-check.js'
import { ofConfig } from './file-problem.js'
import { quickOutcomes } from './parallel/quick-outcomes.js'

/**
 * Checks files in the order of the arguments. Configs with mistakes come first. Files in which there is nothing to report
 * come in groups: waiting for each of thousands takes longer than checking it.
 */
export async function* checkFiles(
  names: readonly string[],
  choices: CheckChoices,
): AsyncGenerator<readonly FileReport[]> {
  const run = await CheckRun.start(choices)
  const files = await run.select(names)
  await run.lookAtOthers()
  for (const { name, read } of run.setup.configs.loaded) {
    if (read.diagnostics.length > 0) yield [{ name, how: 'config', ...ofConfig(read) }]
  }
  for await (const outcomes of quickOutcomes(files, run.setup, choices)) {
    let group: FileReport[] = []
    for (const [file, quick] of outcomes) {
      const report = run.check(file, run.isGiven(file) ? undefined : quick, files)
      if (!(report instanceof Promise)) group.push(report)
      else {
        if (group.length > 0) yield group
        group = []
        yield [await report]
      }
    }
    if (group.length > 0) yield group
  }
  const unwritten = run.writeCache()
  if (unwritten !== undefined) process.stderr.write(`note: the cache cannot be written: ${unwritten}\n`)
}

/** Opens the files that the arguments name. Those that cannot be read, and compressed ones, are left to the check. */
export async function* openFiles(names: readonly string[], choices: CheckChoices): AsyncGenerator<OpenedFile> {
  const run = await CheckRun.start(choices)
  for (const file of await run.select(names)) {
    const opened = await run.open(file)
    if (opened !== undefined) yield opened
  }
}

/**
 * The entities of files, without checking them.
 *
 * @throws UsageError if a file does not exist
 */
export async function entitiesOfFiles(names: readonly string[], workspace: string): Promise<ListedEntity[]> {
  const run = await CheckRun.start({
    ...{
      workspace,
      maxDiagnostics: 0,
      exclude: [],
      usesGitRules: true,
      isForced: false,
      config: {},
      complete: false,
      reports: [],
    },
  })
  const entities: ListedEntity[] = []
  for (const file of await run.find(names)) {
    if (file.how === 'missing') throw new UsageError(`no such file or folder: ${file.name}`)
    for await (const entity of run.entitiesOf(file)) entities.push(entity)
  }
  return entities
}
