import { maskSecrets } from '../../../display/index.js'
import { jsonText } from '../../json-text.js'
import type { ServingReport } from './report.js'

/** For programs: the whole plan, with sizes in bytes. */
export function json(report: ServingReport): string {
  return `${jsonText(maskSecrets(report).value)}\n`
}
