import { nullable } from './fields.js'
import { named } from './identity.js'
import * as Type from './typebox.js'
import { ValidationErrorLocItems } from './validation-error-loc-items.js'

/** One error of a 422 response: its place, message and type. */
export const ValidationError = named(
  Type.Object(
    {
      loc: Type.Array(ValidationErrorLocItems),
      msg: Type.String(),
      type: Type.String(),
      input: Type.Optional(Type.Unknown({ description: 'Any type' })),
      ctx: nullable(Type.Record(Type.String(), Type.Unknown({ description: 'Any type' }))),
    },
    { title: 'ValidationError' },
  ),
)

/** The static type of {@link ValidationError}. */
export type ValidationError = Type.Static<typeof ValidationError>
