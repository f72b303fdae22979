import type { Diagnostic, Excerpt } from '../../../manifest/index.js'
import { printable } from '../printable.js'
import { codeFrame, gutterWidth } from './code-frame.js'
import { type CheckFormatter, sentenceOf } from './formatter.js'
import { groupMissing } from './group-missing.js'
import { type PrettyStyle, styleOf } from './pretty-style.js'
import { SEVERITY_COLOUR } from './severity-colour.js'
import { lastLines } from './summary-line.js'

/** For people: what is wrong, where, the lines of the file, help; at the end the totals. */
export function pretty(style: PrettyStyle = styleOf(process.stdout)): CheckFormatter {
  return {
    begin: () => '',
    *file(file) {
      for (const { diagnostic, excerpt } of groupMissing(file)) yield `${block(diagnostic, excerpt, style)}\n`
    },
    end: (end) => lastLines(end, style.paint),
  }
}

function block(one: Diagnostic, excerpt: Excerpt | undefined, style: PrettyStyle): string {
  const { paint, link } = style
  const colour = SEVERITY_COLOUR[one.severity]
  const code = `${paint(colour, one.severity)}${paint(colour, `[${link(printable(one.code), one.url)}]`)}`
  const rows = [`${code} ${paint('bold', printable(sentenceOf(one)))}`]
  const gutter = gutterWidth(one, excerpt)
  const indent = ' '.repeat(gutter - 1)
  rows.push(`${indent}${paint('blue', '-->')} ${placeOf(one, one)}`)
  if (excerpt !== undefined) rows.push(...codeFrame(one.line, excerpt, gutter, colour, style))
  for (const [index, related] of (one.related ?? []).entries()) {
    rows.push(`${indent}${paint('blue', ':::')} ${placeOf(one, related)} ${printable(related.message)}`)
    const shown = excerpt?.related?.[index]
    if (shown !== undefined) rows.push(...codeFrame(related.line, shown, gutter, 'blue', style))
  }
  if (one.help !== '') rows.push(`${indent}${paint('cyan', 'help:')} ${printable(one.help)}`)
  return `${rows.join('\n')}\n`
}

function placeOf({ file }: Diagnostic, { line, column }: { readonly line: number; readonly column: number }): string {
  return `${printable(file)}:${line}:${column}`
}
