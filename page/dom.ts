/** Creates and finds elements without HTML strings, so user text never becomes markup. */

type Attributes = Readonly<Record<string, string | number | boolean>>
type Content = Node | string | readonly (Node | string)[]

/** Creates an HTML element with attributes and content. An attribute that is `false` is left out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  content: Content = [],
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, content)
}

/** Creates an SVG element with attributes and content. */
export function svgElement<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  content: Content = [],
): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, content)
}

function filled<Made extends Element>(made: Made, attributes: Attributes, content: Content): Made {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? '' : String(value))
  }
  made.append(...(Array.isArray(content) ? content : [content as Node | string]))
  return made
}

/** Finds the element with an id, and checks its class. */
export function byId<Made extends Element>(id: string, kind: new () => Made): Made {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`the page has no ${kind.name} #${id}`)
}

/** Shows a section with this content, or hides it if there is none. */
export function showSection(id: string, content: readonly (Node | string)[]): void {
  const section = byId(id, HTMLElement)
  section.hidden = content.length === 0
  section.querySelector('.body')?.replaceChildren(...content)
}

/**
 * A table with a caption. The columns named in `numeric` are aligned as numbers. Where it does not fit, its rows become blocks, in which
 * each cell shows the name of its column. The roles keep it a table for those who do not see it.
 */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly string[] = [],
): HTMLElement {
  const kindOf = (column: number): Attributes => (numeric.includes(head[column] ?? '') ? { class: 'number' } : {})
  const header = head.map((name, column) =>
    element('th', { scope: 'col', role: 'columnheader', ...kindOf(column) }, name),
  )
  const body = rows.map((row) =>
    element(
      'tr',
      { role: 'row' },
      row.map((cell, column) =>
        column === 0
          ? element('th', { scope: 'row', role: 'rowheader' }, cell)
          : element('td', { role: 'cell', 'data-column': head[column] ?? '', ...kindOf(column) }, cell),
      ),
    ),
  )
  const made = element('table', { role: 'table', class: head.length > FEW_COLUMNS ? 'wide' : false }, [
    element('caption', {}, caption),
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, header)),
    element('tbody', { role: 'rowgroup' }, body),
  ])
  return element('div', { class: 'table' }, made)
}

/** A table with more columns does not fit a narrow window. */
const FEW_COLUMNS = 3

/** A list of notes. */
export function notesList(notes: readonly string[]): HTMLElement {
  return element(
    'ul',
    { class: 'notes' },
    notes.map((note) => element('li', {}, note)),
  )
}
