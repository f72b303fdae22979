import type { Paint } from '../../paint.js'
import { count, plural } from '../numbers.js'
import type { CheckEnd } from './formatter.js'

/** The end of the output for people: the totals, and why the check fails. */
export function lastLines({ summary, emptyDocuments, failure }: CheckEnd, paint: Paint): string {
  const { files, documents, errors, warnings, infos, hidden = 0, skipped = 0, suppressed = 0, fixed = 0 } = summary
  const found = [plural(errors, 'error'), plural(warnings, 'warning'), plural(infos, 'info')].join(', ')
  const unlisted = hidden === 0 ? '' : ` (${count(hidden)} of them hidden: --max-diagnostics lists more)`
  const silenced = suppressed === 0 ? '' : ` (${count(suppressed)} more suppressed)`
  const repaired = fixed === 0 ? '' : `${count(fixed)} fixed, `
  const empty = emptyDocuments === 0 ? '' : ` (${count(emptyDocuments)} empty)`
  const others = skipped === 0 ? '' : `, ${plural(skipped, 'file')} skipped`
  const checked = `${plural(documents, 'document')} in ${plural(files, 'file')}${empty} checked${others}`
  const totals = `${repaired}${paint(errors > 0 ? 'red' : 'green', found)}${unlisted}${silenced} — ${checked}\n`
  return failure === undefined ? totals : `${totals}${paint('red', `failed: ${failure}`)}\n`
}
