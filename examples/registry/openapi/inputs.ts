import type { Json } from './json.js'
import { lax } from './lax.js'

type Schemas = Readonly<Record<string, Json>>

/**
 * Adds a schema `…Input` for every schema that requests use, since requests may be written otherwise than answers (see `lax`).
 *
 * @param requests - the names of the bodies of requests: these are only inputs, and keep their names
 * @param changes - what an input says besides
 */
export function withInputs(
  schemas: Schemas,
  requests: readonly string[],
  changes: Readonly<Record<string, (schema: Json) => Json>>,
): Schemas {
  const inputs = new Map(requests.map((name) => [name, lax(schemas[name] ?? {}, inputName)]))
  const used = new Set(requests)
  for (const name of used) {
    for (const to of namedBy(schemas[name] ?? {})) {
      used.add(to)
      const schema = schemas[to] ?? {}
      inputs.set(inputName(to), lax(changes[to]?.(schema) ?? schema, inputName))
    }
  }
  return { ...schemas, ...Object.fromEntries(inputs) }
}

function inputName(name: string): string {
  return `${name}Input`
}

function namedBy(schema: Json): string[] {
  return [...JSON.stringify(schema).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name)
}
