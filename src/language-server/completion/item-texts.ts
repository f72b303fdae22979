/** What is inserted for a field. */

import { type Field, fieldsOf, withoutNull } from '../field.js'

/** How the text around the cursor is written. */
export interface Writer {
  readonly style: 'block' | 'flow' | 'json'
  /** Whether the editor knows the placeholders of snippets. */
  readonly hasSnippets: boolean
}

/** The text of a field with an empty value: in block style, its lines are indented from where the key stands. */
export function fieldText(field: Field, { style, hasSnippets }: Writer): string {
  const stops = new Stops(hasSnippets)
  if (style === 'block') return blockField(field, stops, '', true)
  const name = style === 'json' ? JSON.stringify(field.name) : field.name
  return `${name}: ${flowValue(field, stops.next(), style === 'json', hasSnippets)}`
}

function flowValue({ schema }: Field, stop: string, isJson: boolean, hasSnippets: boolean): string {
  const { type, properties } = withoutNull(schema)
  if (properties !== undefined || type === 'object') return hasSnippets ? `{${stop}\\}` : '{}'
  if (type === 'array') return `[${stop}]`
  return isJson && type === 'string' ? `"${stop}"` : stop
}

/** Fields of objects bring their required fields along. */
function blockField({ name, schema }: Field, stops: Stops, indent: string, isOuter: boolean): string {
  const { type, items } = withoutNull(schema)
  const below = `${indent}  `
  const required = (fieldsOf(schema) ?? []).filter(({ isRequired }) => isRequired)
  if (fieldsOf(schema) !== undefined || type === 'object') {
    const lines = isOuter ? required.map((field) => below + blockField(field, stops, below, false)) : []
    return `${name}:\n${lines.length > 0 ? lines.join('\n') : below + stops.next()}`
  }
  if (type !== 'array') return `${name}: ${stops.next()}`
  const first = items && fieldsOf(items)?.find(({ isRequired }) => isRequired)
  return `${name}:\n${below}- ${first === undefined ? '' : `${first.name}: `}${stops.next()}`
}

/** The places that the editor's cursor visits one after the other. */
class Stops {
  readonly #hasSnippets: boolean
  #last = 0

  constructor(hasSnippets: boolean) {
    this.#hasSnippets = hasSnippets
  }

  next(): string {
    if (!this.#hasSnippets) return ''
    this.#last += 1
    return `$${this.#last}`
  }
}
