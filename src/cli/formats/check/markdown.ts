import type { Diagnostic } from '../../../manifest/index.js'
import { count, plural } from '../numbers.js'
import { printable } from '../printable.js'
import { type CheckFormatter, eachDiagnostic, sentenceOf } from './formatter.js'

/** A table for a comment on a pull request, or for the summary of a job. */
export function markdown(): CheckFormatter {
  let isFirst = true
  return {
    begin: () => '',
    file: eachDiagnostic((one) => {
      const head = isFirst ? '| severity | place | code | message |\n|---|---|---|---|\n' : ''
      isFirst = false
      return `${head}${row(one)}`
    }),
    end({ summary, failure }) {
      const { files, documents, errors, warnings, infos, hidden = 0, skipped = 0, suppressed = 0 } = summary
      const parts = [
        `**${plural(errors, 'error')}**, ${plural(warnings, 'warning')}, ${plural(infos, 'info')}`,
        `${plural(documents, 'document')} in ${plural(files, 'file')} checked`,
        ...(hidden > 0 ? [`${count(hidden)} not listed`] : []),
        ...(suppressed > 0 ? [`${count(suppressed)} suppressed`] : []),
        ...(skipped > 0 ? [`${plural(skipped, 'file')} skipped`] : []),
      ]
      const failed = failure === undefined ? '' : `\n**failed: ${failure}**\n`
      return `${isFirst ? '' : '\n'}${parts.join('; ')}.\n${failed}`
    },
  }
}

function row(one: Diagnostic): string {
  const help = one.help === '' ? '' : `<br>help: ${text(one.help)}`
  const place = `${one.file}:${one.line}:${one.column}`
  return `| ${one.severity} | ${text(place)} | [${text(one.code)}](${one.url}) | ${text(sentenceOf(one))}${help} |\n`
}

/** A text in a cell of a table. Everything that Markdown or HTML would interpret is escaped. */
function text(raw: string): string {
  return (
    printable(raw)
      .replace(/[\\`*_[\]|~$]/g, '\\$&')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // A bare `@name` notifies people, and a bare URL becomes a link.
      .replaceAll('@', '@<!-- -->')
      .replaceAll('://', ':<!-- -->//')
  )
}
