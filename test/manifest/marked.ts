/** Manifests whose expected places are marked in the text itself: `name: ⟦a b⟧`. */

/** The text without its marks, and the places `line:column-endLine:endColumn` that they mark, in the order of the text. */
export function unmarked(marked: string): { text: string; places: string[] } {
  let text = ''
  const places: string[] = []
  for (const piece of marked.split(/(⟦[^⟧]*⟧)/)) {
    if (!piece.startsWith('⟦')) {
      text += piece
      continue
    }
    const start = positionAfter(text)
    text += piece.slice(1, -1)
    places.push(`${start}-${positionAfter(text)}`)
  }
  return { text, places }
}

/** The line and column behind a text; a byte order mark in front is no column. */
function positionAfter(text: string): string {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`
}
