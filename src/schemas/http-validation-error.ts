import { nullable } from './fields.js'
import { named } from './identity.js'
import * as Type from './typebox.js'
import { ValidationError } from './validation-error.js'

/** The body of a 422 response. */
export const HTTPValidationError = named(
  Type.Object(
    {
      detail: nullable(Type.Array(ValidationError)),
    },
    { title: 'HTTPValidationError' },
  ),
)

/** The static type of {@link HTTPValidationError}. */
export type HTTPValidationError = Type.Static<typeof HTTPValidationError>
