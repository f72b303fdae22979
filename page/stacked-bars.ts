import { element, svgElement } from './dom.js'

/** One bar: its label, and its parts in the order of the legend. */
export interface Bar {
  readonly label: string
  readonly parts: readonly number[]
  /** The text at its end. */
  readonly total: string
}

/** A chart of stacked bars with a common scale. */
export interface StackedBars {
  /** The text alternative of the picture. */
  readonly title: string
  readonly legend: readonly string[]
  readonly bars: readonly Bar[]
  /** A line across all bars, with its label. */
  readonly limit?: { readonly at: number; readonly label: string }
}

const WIDTH = 720
const LABEL_WIDTH = 104
const TOTAL_WIDTH = 100
const BAR_HEIGHT = 22
const ROW_HEIGHT = 32
const TOP = 18

/** Draws the chart as SVG with a legend above. Put the numbers in a table below it. */
export function stackedBars(chart: StackedBars): HTMLElement {
  const longest = Math.max(...chart.bars.map(({ parts }) => sum(parts)), chart.limit?.at ?? 0, 1)
  const scale = (WIDTH - LABEL_WIDTH - TOTAL_WIDTH) / longest
  const height = TOP + chart.bars.length * ROW_HEIGHT + 4
  const topOf = (row: number) => TOP + row * ROW_HEIGHT
  const parts = chart.bars.flatMap((bar, row) => drawnParts(bar, topOf(row), scale))
  const limit = chart.limit ? drawnLimit(chart.limit, scale, height) : []
  const texts = chart.bars.flatMap((bar, row) => drawnTexts(bar, topOf(row), scale))
  const picture = svgElement('svg', { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': chart.title }, [
    ...parts,
    ...limit,
    ...texts,
  ])
  const scrolled = element('div', { class: 'chart', tabindex: 0, role: 'group', 'aria-label': 'Chart' }, picture)
  return element('div', {}, [legendOf(chart.legend), scrolled])
}

function drawnParts({ parts }: Bar, top: number, scale: number): SVGElement[] {
  const drawn: SVGElement[] = []
  let x = LABEL_WIDTH
  for (const [index, size] of parts.entries()) {
    const width = size * scale
    if (width > 0) drawn.push(svgElement('rect', { x, y: top, width, height: BAR_HEIGHT, class: `part-${index % 8}` }))
    x += width
  }
  return drawn
}

function drawnTexts({ label, parts, total }: Bar, top: number, scale: number): SVGElement[] {
  const end = LABEL_WIDTH + sum(parts) * scale
  return [
    svgElement('text', { x: LABEL_WIDTH - 8, y: top + 15, 'text-anchor': 'end' }, label),
    svgElement('text', { x: end + 6, y: top + 15, class: 'quiet' }, total),
  ]
}

function drawnLimit({ at, label }: { at: number; label: string }, scale: number, height: number): SVGElement[] {
  const x = LABEL_WIDTH + at * scale
  return [
    svgElement('line', { x1: x, x2: x, y1: TOP - 4, y2: height, class: 'limit' }),
    svgElement('text', { x, y: 11, 'text-anchor': x > WIDTH / 2 ? 'end' : 'start' }, label),
  ]
}

function legendOf(names: readonly string[]): HTMLElement {
  return element(
    'ul',
    { class: 'legend' },
    names.map((name, index) => {
      const swatch = svgElement(
        'svg',
        { viewBox: '0 0 10 10', 'aria-hidden': 'true' },
        svgElement('rect', { width: 10, height: 10, class: `part-${index % 8}` }),
      )
      return element('li', {}, [swatch, name])
    }),
  )
}

function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0)
}
