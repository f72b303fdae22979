/** Whether a text may hold comments that silence rules. */
export function maySuppress(text: string): boolean {
  return text.includes(DIRECTIVE)
}

/** Where the next comment that silences a rule may be, from an offset on. Infinity if there is none. */
export function nextDirective(text: string, from: number): number {
  const at = text.indexOf(DIRECTIVE, from)
  return at < 0 ? Number.POSITIVE_INFINITY : at
}

/** What these comments begin with. */
const DIRECTIVE = 'model-entity-'
