import { type Paint, painter } from '../../paint.js'
import { printable } from '../printable.js'
import { type CheckFormatter, eachDiagnostic, sentenceOf } from './formatter.js'
import { SEVERITY_COLOUR } from './severity-colour.js'
import { lastLines } from './summary-line.js'

/** One line per diagnostic, as compilers print it: `file:line:column: severity code: path: message`. */
export function concise(paint: Paint = painter(process.stdout)): CheckFormatter {
  return {
    begin: () => '',
    file: eachDiagnostic((one) => {
      const place = `${printable(one.file)}:${one.line}:${one.column}`
      const severity = paint(SEVERITY_COLOUR[one.severity], one.severity)
      return `${place}: ${severity} ${one.code}: ${printable(sentenceOf(one))}\n`
    }),
    end: (end) => lastLines(end, paint),
  }
}
