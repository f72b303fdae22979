import { SCHEMAS, type SchemaName } from '../../../src/schemas/index.js'

/** A definition of src/schemas, as far as the generators of the gate read it. */
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
  readonly atMostOne?: { readonly fields: readonly string[] }
  readonly isAnswer?: boolean
}

/** All definitions, by name. */
export const DEFINITIONS: readonly (readonly [SchemaName, Definition])[] = Object.entries(SCHEMAS) as [
  SchemaName,
  Definition,
][]

/** The definition of a name. */
export function definitionOf(name: SchemaName): Definition {
  const definition: unknown = SCHEMAS[name]
  return definition as Definition
}

/** The definitions with a rule that does not hold where an answer of the service has them: the gate knows them twice. */
export const RELAXED: readonly (readonly [SchemaName, Definition])[] = DEFINITIONS.filter(
  ([, definition]) => isInAnswer(definition) && within(definition).some(({ atMostOne }) => atMostOne !== undefined),
)

function isInAnswer(definition: Definition): boolean {
  return DEFINITIONS.some(
    ([, answer]) => answer.isAnswer === true && answer !== definition && within(answer).includes(definition),
  )
}

/** A definition, and all that are in it. */
function within(definition: Definition): Definition[] {
  const { anyOf = [], items, properties = {} } = definition
  const inside = [...anyOf, ...(items === undefined ? [] : [items]), ...Object.values(properties)]
  return [definition, ...inside.flatMap(within)]
}

/** The name of the second, relaxed, gate of a definition. */
export function relaxedName(name: SchemaName): string {
  return `${name}InAnswer`
}

/** The name of a definition that has one. */
export function nameOf(definition: Definition): SchemaName | undefined {
  return NAMES.get(definition)
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

/** Whether it describes an object of any fields. */
export function isFreeObject({ type, properties }: Definition): boolean {
  return type === 'object' && properties === undefined
}

const NAMES = new Map<Definition, SchemaName>(DEFINITIONS.map(([name, definition]) => [definition, name]))
