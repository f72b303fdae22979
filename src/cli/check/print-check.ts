/** Checks files, and prints the diagnostics, the summary and why the check fails. */

import { byteColumns } from '../../manifest/byte-columns.js'
import type { CheckedSource } from '../../manifest/check-source.js'
import { openOutputs } from '../check-outputs.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import type { FixOutcome } from '../fix/fix-files.js'
import { type CheckedFile, type CheckFormat, FORMATS_FOR_PEOPLE } from '../formats/check/index.js'
import { count, plural } from '../formats/numbers.js'
import { printable } from '../formats/printable.js'
import { flush, write } from '../output.js'
import { painter } from '../paint.js'
import { Baseline, limited } from './baseline.js'
import { checkFiles } from './check-files.js'
import { type CheckOptions, choicesOf } from './check-options.js'
import { Statistics } from './statistics.js'
import { type ExceededLimit, WarningLimits } from './warning-limits.js'

/**
 * Checks files and prints what is found.
 *
 * @param fixed - what has been corrected before
 */
export async function printCheck(
  names: readonly string[],
  options: CheckOptions,
  fixed: FixOutcome | undefined,
): Promise<ExitCode> {
  const { format, output = [], quiet = false } = options
  const outputs = await openOutputs(format, output)
  const summary = { files: 0, documents: 0, errors: 0, warnings: 0, infos: 0, skipped: 0, suppressed: 0, hidden: 0 }
  const limits = new WarningLimits(options.maxWarnings)
  const baseline = baselineOf(options)
  const statistics = new Statistics()
  let [emptyDocuments, missing] = [0, 0]
  await outputs.print((formatter) => [formatter.begin()])
  // Each file is printed as soon as it is checked, so that only one of thousands is in memory.
  for await (const reports of checkFiles(names, choicesOf(options))) {
    for (const report of reports) {
      const { name, how, config } = report
      const all = baseline?.without(report.check) ?? report.check
      statistics.add(all.diagnostics)
      const { counts, documents, suppressedCount, emptyDocuments: empty } = all
      if (how === 'skipped') {
        summary.skipped += 1
        if (options.verbose) process.stderr.write(`skipped: ${printable(name)}\n`)
        continue
      }
      if (all.diagnostics.length + all.suppressed.length > 0 || outputs.listsAll) {
        const checked = listedOf(name, { ...report, check: limited(all, options.maxDiagnostics) }, quiet)
        const printing = outputs.print((formatter) => formatter.file(checked))
        if (printing !== undefined) await printing
        summary.hidden += counts.error + (quiet ? 0 : counts.warning + counts.info) - checked.diagnostics.length
      }
      if (how === 'checked') summary.files += 1
      summary.documents += documents
      summary.errors += counts.error
      summary.warnings += counts.warning
      summary.infos += counts.info
      summary.suppressed += suppressedCount
      emptyDocuments += empty
      limits.add(config, counts.warning)
      if (how === 'missing') missing += 1
    }
  }
  const failure = failureOf(summary.errors, limits.exceeded)
  const end = {
    summary: { ...summary, ...(fixed && { fixed: fixed.fixes }) },
    emptyDocuments,
    ...(failure !== undefined && { failure }),
  }
  await outputs.print((formatter) => [formatter.end(end)])
  await outputs.close()
  baseline?.write()
  if (options.statistics) await printStatistics(statistics, format)
  if (failure === undefined) return EXIT.ok
  if (!FORMATS_FOR_PEOPLE.has(format)) process.stderr.write(`${painter(process.stderr)('red', `failed: ${failure}`)}\n`)
  return missing > 0 ? EXIT.misuse : EXIT.failed
}

/** @throws UsageError if the baseline cannot be read */
function baselineOf({ baseline, writeBaseline }: CheckOptions): Baseline | undefined {
  if (writeBaseline !== undefined) return Baseline.recording(writeBaseline)
  return baseline === undefined ? undefined : Baseline.read(baseline)
}

/** Below the output for people; beside that for programs, on standard error. */
async function printStatistics(statistics: Statistics, format: CheckFormat): Promise<void> {
  if (!FORMATS_FOR_PEOPLE.has(format)) process.stderr.write(statistics.toString())
  else {
    await write(statistics.toString())
    await flush()
  }
}

/** The diagnostics of a file that are printed: all, or errors only. */
function listedOf(name: string, { check, source, byteColumn }: CheckedSource, quiet: boolean): CheckedFile {
  const { diagnostics, excerpts, suppressed } = check
  const kept = quiet ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics
  return {
    name,
    diagnostics: kept,
    excerpts: quiet ? excerpts.filter((_, index) => diagnostics[index]?.severity === 'error') : excerpts,
    suppressed,
    byteColumn: byteColumn ?? byteColumns(source),
  }
}

/** Why a check fails. Undefined if it does not. */
function failureOf(errors: number, exceeded: readonly ExceededLimit[]): string | undefined {
  const reasons = errors > 0 ? [plural(errors, 'error')] : []
  for (const { warnings, most, source } of exceeded) {
    reasons.push(`${plural(warnings, 'warning')}, at most ${count(most)} allowed (${source})`)
  }
  return reasons.length === 0 ? undefined : reasons.join('; ')
}
