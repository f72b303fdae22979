import { SCHEMAS, type SchemaName } from '../../src/schemas/index.js'

/** A definition of src/schemas, as far as the peers are told of it. */
export interface Definition {
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Definition[]
  readonly items?: Definition
  readonly properties?: Readonly<Record<string, Definition>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly default?: unknown
}

/** The definition of a name. */
export function definitionOf(name: SchemaName): Definition {
  const definition: unknown = SCHEMAS[name]
  return definition as Definition
}

/** What a field holds when it is not null, and whether it may be. */
export function withoutNull(definition: Definition): { definition: Definition; nullable: boolean } {
  const { anyOf } = definition
  if (anyOf === undefined) return { definition, nullable: false }
  const [only, ...more] = anyOf.filter(({ type }) => type !== 'null')
  return only === undefined || more.length > 0
    ? { definition, nullable: false }
    : { definition: only, nullable: anyOf.length > 1 }
}
