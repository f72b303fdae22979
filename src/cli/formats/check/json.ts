import { printableJson } from '../../../display/index.js'
import type { CheckFormatter } from './formatter.js'

/** One JSON document for programs: every diagnostic, then the summary, which is known only at the end. */
export function json(): CheckFormatter {
  return {
    begin: () => '{\n  "diagnostics": [',
    diagnostic: (one, _, index) => `${index === 0 ? '' : ','}\n    ${indented(one, '    ')}`,
    end: ({ summary, listed }) => `${listed === 0 ? '' : '\n  '}],\n  "summary": ${indented(summary, '  ')}\n}\n`,
  }
}

function indented(value: object, indent: string): string {
  return printableJson(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${indent}`)
}
