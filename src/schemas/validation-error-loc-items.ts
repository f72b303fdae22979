import * as Type from 'typebox'

/** One step of the place of an error: a field name or an index. */
export const ValidationErrorLocItems = Type.Union([Type.String(), Type.Integer()], { title: 'ValidationErrorLocItems' })

/** The static type of {@link ValidationErrorLocItems}. */
export type ValidationErrorLocItems = Type.Static<typeof ValidationErrorLocItems>
