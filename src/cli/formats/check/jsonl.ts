import { printableJson } from '../../../display/index.js'
import { type CheckFormatter, eachDiagnostic } from './formatter.js'

/** JSON Lines for programs: one diagnostic per line, and nothing else. */
export function jsonl(): CheckFormatter {
  return {
    begin: () => '',
    file: eachDiagnostic((one) => `${printableJson(JSON.stringify(one))}\n`),
    end: () => '',
  }
}
