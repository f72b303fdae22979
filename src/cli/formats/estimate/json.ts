import { maskSecrets } from '../../../display/index.js'
import { jsonText } from '../../json-text.js'
import type { EstimateReport } from './report.js'

/** For programs: the whole report, with sizes in bytes. */
export function json(report: EstimateReport): string {
  return `${jsonText(maskSecrets(report).value)}\n`
}
