/** Whether a text may hold comments that silence rules. */
export function maySuppress(text: string): boolean {
  return text.includes(DIRECTIVE)
}

/** What these comments begin with. */
const DIRECTIVE = 'model-entity-'
