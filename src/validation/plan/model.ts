import type { SCHEMAS, SchemaName } from '../../schemas/registry.js'
import type { InputOf, ValueOf } from '../../schemas/static-types.js'

/**
 * What to validate against: the name of a definition, or your own definition: of `@sinclair/typebox`, of `typebox`, or plain JSON Schema.
 */
export type Model = SchemaName | object

/** What may be given for a model: fields with a default may be left out. Plain JSON Schema needs `as const`, or it is `unknown`. */
export type ModelInput<M extends Model> = M extends SchemaName ? InputOf<(typeof SCHEMAS)[M]> : InputOf<M>

/** What `validate` answers for a model: like {@link ModelInput}, but with defaults and nulls filled in. */
export type ModelValue<M extends Model> = M extends SchemaName ? ValueOf<(typeof SCHEMAS)[M]> : ValueOf<M>
