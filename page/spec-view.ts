import type { ModelSpec } from '../src/schemas/index.js'
import { notesList, table } from './dom.js'
import { number } from './format.js'

/** The fields of a spec that are set, and its notes. */
export function specView(spec: ModelSpec, notes: readonly string[]): HTMLElement[] {
  const rows = Object.entries(spec).flatMap(([name, value]) => rowsOf(name, value))
  return [table('Fields of the ModelSpec', ['Field', 'Value'], rows), ...(notes.length > 0 ? [notesList(notes)] : [])]
}

function rowsOf(name: string, value: unknown): [string, string][] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return [[name, `${number(value.length)} entries, in the manifest`]]
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([inner, one]) => rowsOf(`${name}.${inner}`, one))
  }
  return [[name, textOf(value)]]
}

const MOST_CHARACTERS = 200

function textOf(value: unknown): string {
  if (typeof value === 'number') return number(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const text = String(value)
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} … (${text.length} characters)` : text
}
