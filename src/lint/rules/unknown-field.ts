import { SCHEMAS, type SchemaName } from '../../schemas/index.js'
import type { LintDocument } from '../document.js'
import type { Hit, Rule } from '../rule.js'
import { isRecord, locOf, type SchemaNode, type Step, schemaNode, walk } from '../schema-walk.js'
import { nearest, quoted } from '../text.js'

/** A misspelt field is not set, and the service says nothing about it. */
export const unknownField: Rule = {
  code: 'unknown-field',
  severity: 'warning',
  description: 'A field that the service ignores.',
  runsOnInvalid: true,
  check({ model, written }) {
    const hits: Hit[] = []
    walk(schemaNode(model), written, {
      object({ title = model, properties = {}, additionalProperties }, value, step) {
        if (additionalProperties === true) return
        for (const key of Object.keys(value)) {
          if (!Object.hasOwn(properties, key))
            hits.push(unknownFieldHit(model, title, Object.keys(properties), step, key))
        }
      },
    })
    return hits
  },
}

function unknownFieldHit(
  model: LintDocument['model'],
  title: string,
  known: readonly string[],
  step: Step | null,
  key: string,
): Hit {
  return {
    loc: [...locOf(step), key],
    at: 'key',
    message: `${quoted(key)} is no field of ${title}; the service ignores it`,
    help: help(model, title, known, key),
  }
}

function help(model: SchemaName, title: string, known: readonly string[], key: string): string {
  const near = nearest(key, known)
  if (near !== undefined) return `did you mean ${quoted(near)}?`
  const elsewhere = placeOf(key, schemaNode(model))
  if (elsewhere !== undefined) return `${quoted(key)} is a field of ${elsewhere || model}; move it there`
  if (title === 'CreateModelEntityRequest' && Object.hasOwn(SCHEMAS.ModelEntity.properties, key)) {
    return `leave it out: ${quoted(key)} is a field of ModelEntity, which the service fills in itself`
  }
  const remove = known.includes('custom_fields') ? 'remove it, or put it under "custom_fields"' : 'remove it'
  return `${remove}; the fields of ${title} are ${known.join(', ')}`
}

/** Where in a model a field of that name stands: `spec`, `adapters[]`, `` for the top. */
function placeOf(key: string, node: SchemaNode, path = ''): string | undefined {
  const { properties } = node
  if (properties === undefined) return undefined
  if (Object.hasOwn(properties, key)) return path
  for (const [name, field] of Object.entries(properties)) {
    const inner = (field.anyOf ?? [field])[0]
    const below = path === '' ? name : `${path}.${name}`
    const place = isRecord(inner?.items) ? placeOf(key, inner.items, `${below}[]`) : inner && placeOf(key, inner, below)
    if (place !== undefined) return place
  }
  return undefined
}
