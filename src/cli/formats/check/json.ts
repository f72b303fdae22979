import { printableJson } from '../../../display/index.js'
import { type CheckFormatter, eachDiagnostic } from './formatter.js'

/** One JSON document for programs: every diagnostic, then the summary, which is known only at the end. */
export function json(): CheckFormatter {
  let isFirst = true
  return {
    begin: () => '{\n  "diagnostics": [',
    file: eachDiagnostic((one) => {
      const separator = isFirst ? '' : ','
      isFirst = false
      return `${separator}\n    ${indented(one, '    ')}`
    }),
    end: ({ summary }) => `${isFirst ? '' : '\n  '}],\n  "summary": ${indented(summary, '  ')}\n}\n`,
  }
}

/** Writes a value as indented JSON, without control characters. */
export function indented(value: object, indent: string): string {
  return printableJson(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${indent}`)
}
