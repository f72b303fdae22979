import type { Diagnostic, DiagnosticSeverity, Place } from '../../../manifest/index.js'
import { printable } from '../printable.js'
import { type CheckedFile, type CheckFormatter, sentenceOf } from './formatter.js'
import { indented } from './json.js'

/** The Reviewdog Diagnostic Format: reviewdog posts it as comments with suggestions. */
export function rdjson(): CheckFormatter {
  let isFirst = true
  return {
    begin: () =>
      '{\n  "source": { "name": "model-entity", "url": "https://www.npmjs.com/package/model-entity" },\n  "diagnostics": [',
    *file(file) {
      for (const one of file.diagnostics) {
        yield `${isFirst ? '' : ','}\n    ${indented(diagnosticOf(one, file), '    ')}`
        isFirst = false
      }
    },
    end: () => `${isFirst ? '' : '\n  '}]\n}\n`,
  }
}

const SEVERITIES: Readonly<Record<DiagnosticSeverity, string>> = { error: 'ERROR', warning: 'WARNING', info: 'INFO' }

function diagnosticOf(one: Diagnostic, file: CheckedFile): object {
  const help = one.help === '' ? '' : `\nhelp: ${printable(one.help)}`
  return {
    message: `${printable(sentenceOf(one))}${help}`,
    location: { path: one.file.replace(/^(?:\.\/)+/, ''), range: rangeOf(one, file) },
    severity: SEVERITIES[one.severity],
    code: { value: one.code, url: one.url },
    ...(one.fix !== undefined && {
      suggestions: one.fix.edits.map((edit) => ({ range: rangeOf(edit, file), text: edit.text })),
    }),
  }
}

/** The format counts columns in UTF-8 bytes. */
function rangeOf({ line, column, endLine, endColumn }: Place, { byteColumn }: CheckedFile): object {
  return {
    start: { line, column: byteColumn(line, column) },
    end: { line: endLine, column: byteColumn(endLine, endColumn) },
  }
}
