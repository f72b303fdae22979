/**
 * Which objects are definitions of ours. They are recognised by identity: frameworks write into definitions (Elysia closes objects with
 * `additionalProperties: false`), and a definition means what the service checks nevertheless.
 */

/** What is known of a definition: its name, and what it said of extra fields when it was made. */
interface Known {
  readonly name: string
  readonly extras: unknown
}

const KNOWN = new WeakMap<object, Known>()

/** A definition of ours. Its title is its name. */
export function named<Definition extends object>(
  definition: Definition & { title?: string; additionalProperties?: unknown },
): Definition {
  KNOWN.set(definition, { name: definition.title ?? '', extras: definition.additionalProperties })
  return definition
}

/** The name of a definition of ours, of either generation of TypeBox. */
export function nameOfDefinition(schema: unknown): string | undefined {
  return typeof schema === 'object' && schema !== null ? KNOWN.get(schema)?.name : undefined
}

/** The keywords of a schema, without what a framework has written into a definition of ours. */
export function keywordsOf(schema: object): Readonly<Record<string, unknown>> {
  const known = KNOWN.get(schema)
  if (known === undefined) return { ...schema }
  const { additionalProperties: _, ...keywords }: Readonly<Record<string, unknown>> = { ...schema }
  return known.extras === undefined ? keywords : { ...keywords, additionalProperties: known.extras }
}
