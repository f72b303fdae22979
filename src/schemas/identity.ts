/**
 * Which objects are definitions of ours. They are recognised by identity: frameworks write into definitions (Elysia closes objects with
 * `additionalProperties: false`), and a definition means what the service checks nevertheless.
 */

const NAMES = new WeakMap<object, string>()

/** A definition of ours. Its title is its name. */
export function named<Definition extends object>(definition: Definition & { title?: string }): Definition {
  NAMES.set(definition, definition.title ?? '')
  return definition
}

/** The name of a definition of ours, of either generation of TypeBox. */
export function nameOfDefinition(schema: unknown): string | undefined {
  return typeof schema === 'object' && schema !== null ? NAMES.get(schema) : undefined
}

/** The keywords of a schema, without what a framework has written into a definition of ours. */
export function keywordsOf(schema: object): Readonly<Record<string, unknown>> {
  const { additionalProperties: extras, ...keywords }: Readonly<Record<string, unknown>> = { ...schema }
  return extras === undefined || (extras === false && NAMES.has(schema)) ? keywords : { ...schema }
}
