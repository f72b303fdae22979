import { named } from './identity.js'
import * as Type from './typebox.js'

/** One step of the place of an error: a field name or an index. */
export const ValidationErrorLocItems = named(
  Type.Union([Type.String(), Type.Integer()], { title: 'ValidationErrorLocItems' }),
)

/** The static type of {@link ValidationErrorLocItems}. */
export type ValidationErrorLocItems = Type.Static<typeof ValidationErrorLocItems>
