import type { Diagnostic, Excerpt } from '../../../manifest/index.js'
import type { CheckedFile } from './formatter.js'

/** A diagnostic to show, with its source line. */
export interface Shown {
  readonly diagnostic: Diagnostic
  readonly excerpt: Excerpt | undefined
  /** How many diagnostics it stands for. */
  readonly count: number
}

/** Shows all fields that one object lacks as one diagnostic. One with a misspelt key stays alone: it shows that key. */
export function groupMissing({ diagnostics, excerpts }: Pick<CheckedFile, 'diagnostics' | 'excerpts'>): Shown[] {
  const shown: Shown[] = []
  const groups = new Map<string, { readonly at: number; readonly fields: string[] }>()
  for (const [index, diagnostic] of diagnostics.entries()) {
    const excerpt = excerpts[index]
    if (diagnostic.code !== 'missing' || diagnostic.related !== undefined) {
      shown.push({ diagnostic, excerpt, count: 1 })
      continue
    }
    const field = String(diagnostic.loc.at(-1))
    const key = JSON.stringify([diagnostic.document, diagnostic.line, diagnostic.column, diagnostic.loc.slice(0, -1)])
    const group = groups.get(key)
    if (group !== undefined) {
      group.fields.push(field)
      continue
    }
    groups.set(key, { at: shown.length, fields: [field] })
    shown.push({ diagnostic, excerpt, count: 1 })
  }
  for (const { at, fields } of groups.values()) {
    const first = shown[at]
    if (first !== undefined && fields.length > 1)
      shown[at] = { ...first, diagnostic: together(first.diagnostic, fields), count: fields.length }
  }
  return shown
}

function together(first: Diagnostic, fields: readonly string[]): Diagnostic {
  const list = `${fields.slice(0, -1).join(', ')} and ${fields.at(-1)}`
  return {
    ...first,
    loc: first.loc.slice(0, -1),
    message: `${fields.length} required fields are missing`,
    help: `add the fields ${list}`,
  }
}
