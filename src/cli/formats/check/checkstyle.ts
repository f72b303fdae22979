import type { Diagnostic } from '../../../manifest/index.js'
import type { CheckFormatter } from './formatter.js'
import { sentenceOf } from './formatter.js'
import { xmlText } from './xml-text.js'

/** A report in the format of Checkstyle. A file without diagnostics is listed too, as Checkstyle does. */
export function checkstyle(): CheckFormatter {
  return {
    listsAll: true,
    begin: () => '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="10.0">\n',
    *file({ name, diagnostics }) {
      yield `  <file name="${xmlText(name)}">\n`
      for (const one of diagnostics) yield errorElement(one)
      yield '  </file>\n'
    },
    end: () => '</checkstyle>\n',
  }
}

function errorElement(one: Diagnostic): string {
  const { line, column, severity, code } = one
  const message = xmlText(sentenceOf(one))
  return `    <error line="${line}" column="${column}" severity="${severity}" message="${message}" source="model-entity.${xmlText(code)}"/>\n`
}
