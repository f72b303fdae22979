import { codeFrame } from '../src/cli/formats/check/code-frame.js'
import { SEVERITY_COLOUR } from '../src/cli/formats/check/severity-colour.js'
import type { Style } from '../src/cli/paint.js'
import type { DiagnosticSeverity, Fix } from '../src/manifest/index.js'
import { element } from './dom.js'
import type { Finding, FoundPlace } from './finding.js'

/** What the findings can do to the text. */
export interface FindingActions {
  readonly area: HTMLTextAreaElement
  /** Corrects one finding. */
  readonly fix: (fix: Fix) => void
  /** Corrects all that has one meaning. */
  readonly fixAll: () => void
}

/** The findings as a list, each as the command prints it. A place is a button that moves the caret there. */
export function findingsList(findings: readonly Finding[], actions: FindingActions): HTMLElement[] {
  if (findings.length === 0) return [element('p', {}, 'No errors, no warnings.')]
  const fixable = findings.filter(({ fix }) => fix !== undefined).length
  const list = element(
    'ul',
    { class: 'findings' },
    findings.map((finding) => element('li', {}, contentOf(finding, actions))),
  )
  return fixable > 1 ? [button('Fix all', 'fix', actions.fixAll), list] : [list]
}

/** `2 errors, 1 warning`. */
export function countedFindings(findings: readonly Finding[]): string {
  const counts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const ofSeverity = findings.filter((one) => one.severity === severity)
    const count = ofSeverity.reduce((sum, one) => sum + (one.count ?? 1), 0)
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return counts.join(', ') || 'no errors, no warnings'
}

function contentOf(finding: Finding, { area, fix: apply }: FindingActions): HTMLElement[] {
  const { severity, code, message, help, place, path, related = [], fix } = finding
  const label = element('span', { class: `severity ${severity}` }, `${severity}[${code}]`)
  const sentence = element('strong', {}, path === '' ? message : `${path}: ${message}`)
  return [
    element('p', {}, [label, ' ', sentence]),
    ...(place ? placeContent(place, '', severity, area) : []),
    ...related.flatMap((each) => placeContent(each, ` ${each.message ?? ''}`, undefined, area)),
    ...(help === '' ? [] : [element('p', { class: 'quiet' }, `help: ${help}`)]),
    ...(fix ? [button(`Fix: ${fix.title}`, 'fix', () => apply(fix))] : []),
  ]
}

function placeContent(
  place: FoundPlace,
  text: string,
  severity: DiagnosticSeverity | undefined,
  area: HTMLTextAreaElement,
): HTMLElement[] {
  const { line, column, excerpt } = place
  const caret = button(`line ${line}, column ${column}`, 'place', () => moveCaret(area, place))
  const frame = excerpt
    ? codeFrame(line, excerpt, String(line + 1).length + 2, severity ? SEVERITY_COLOUR[severity] : 'blue', {
        ...STYLE,
        width: frameWidth(),
      })
    : []
  return [
    element('p', {}, [caret, text]),
    ...(frame.length > 0 ? [element('pre', { 'aria-hidden': true }, painted(frame.join('\n')))] : []),
  ]
}

function button(text: string, kind: string, act: () => void): HTMLElement {
  const made = element('button', { type: 'button', class: kind }, text)
  made.addEventListener('click', act)
  return made
}

/** Selects a place and scrolls to it: a browser scrolls to a caret when the user types, not when a script sets it. */
function moveCaret(area: HTMLTextAreaElement, { line, column, endLine, endColumn }: FoundPlace): void {
  const lines = area.value.split('\n')
  const startOf = (number: number) => lines.slice(0, number - 1).reduce((sum, { length }) => sum + length + 1, 0)
  area.focus()
  area.setSelectionRange(startOf(line) + column - 1, startOf(endLine) + endColumn - 1)
  area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 4)
}

/** Colours are marked with characters that frames do not contain: they escape what is no text. */
const [OPEN, MIDDLE, CLOSE] = ['\u0001', '\u0002', '\u0003']
const STYLE = {
  paint: (style: Style, text: string) => `${OPEN}${style}${MIDDLE}${text}${CLOSE}`,
  link: (text: string) => text,
}

function painted(text: string): (Node | string)[] {
  return text.split(OPEN).flatMap((piece, index) => {
    if (index === 0) return [piece]
    const middle = piece.indexOf(MIDDLE)
    const end = piece.indexOf(CLOSE)
    const span = element('span', { class: `paint-${piece.slice(0, middle)}` }, piece.slice(middle + 1, end))
    return [span, piece.slice(end + 1)]
  })
}

/** How many characters of a frame fit beside the input, or below it. */
function frameWidth(): number {
  const { clientWidth } = document.documentElement
  const room = (Math.min(clientWidth, MOST_WIDTH) * (clientWidth >= TWO_COLUMNS ? 0.66 : 1) - PADDING) / CHARACTER
  return Math.max(24, Math.min(Math.floor(room), 120))
}

/** In pixels: the widest page, where it gets two columns, what is around a frame, and a character. As in page.css. */
const [MOST_WIDTH, TWO_COLUMNS, PADDING, CHARACTER] = [1536, 1024, 100, 8.5]
