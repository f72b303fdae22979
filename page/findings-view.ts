import type { Place } from '../src/manifest/index.js'
import { SourceText } from '../src/manifest/source-text.js'
import { element } from './dom.js'
import type { Finding } from './finding.js'

/** The findings as a list. A place in the text is a button that moves the caret there. */
export function findingsList(findings: readonly Finding[], area: HTMLTextAreaElement): HTMLElement {
  if (findings.length === 0) return element('p', {}, 'No errors, no warnings.')
  const source = new SourceText(area.value)
  return element(
    'ul',
    { class: 'findings' },
    findings.map((finding) => element('li', {}, contentOf(finding, source, area))),
  )
}

/** `2 errors, 1 warning`. */
export function countedFindings(findings: readonly Finding[]): string {
  const counts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return counts.join(', ') || 'no errors, no warnings'
}

function contentOf(finding: Finding, source: SourceText, area: HTMLTextAreaElement): HTMLElement[] {
  const { severity, code, message, help, place, path } = finding
  const where = place ? [caretButton(place, area), ' '] : []
  const at = path === '' ? [] : [' at ', element('code', {}, path)]
  const head = [element('span', { class: `severity ${severity}` }, severity), ' ', element('code', {}, code), ...at]
  return [
    element('p', {}, [...where, ...head]),
    element('p', {}, message),
    ...(place ? [element('pre', { 'aria-hidden': true }, frameOf(place, source))] : []),
    ...(help === '' ? [] : [element('p', { class: 'quiet' }, help)]),
  ]
}

function caretButton(place: Place, area: HTMLTextAreaElement): HTMLElement {
  const button = element('button', { type: 'button', class: 'place' }, `line ${place.line}, column ${place.column}`)
  button.addEventListener('click', () => moveCaret(area, place))
  return button
}

/** Selects a place and scrolls to it: a browser scrolls to a caret when the user types, not when a script sets it. */
function moveCaret(area: HTMLTextAreaElement, { line, column, endLine, endColumn }: Place): void {
  const lines = area.value.split('\n')
  const startOf = (number: number) => lines.slice(0, number - 1).reduce((sum, { length }) => sum + length + 1, 0)
  area.focus()
  area.setSelectionRange(startOf(line) + column - 1, startOf(endLine) + endColumn - 1)
  area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 4)
}

const FRAME_WIDTH = 100

/** The line with the wrong part underlined. A long line is cut to the part around it. */
function frameOf({ line, column, endLine, endColumn }: Place, source: SourceText): string {
  const text = source.line(line).replaceAll('\t', ' ')
  const from = Math.max(0, Math.min(column - 1 - FRAME_WIDTH / 2, text.length - FRAME_WIDTH))
  const shown = text.slice(from, from + FRAME_WIDTH)
  const end = endLine === line ? endColumn : text.length + 1
  const marks = Math.max(1, Math.min(end, from + shown.length + 1) - column)
  return `${shown}\n${' '.repeat(column - 1 - from)}${'^'.repeat(marks)}`
}
