import * as Type from 'typebox'

/** One step of an error's place: a field name or an index. */
export const ValidationErrorLocItems = Type.Union([Type.String(), Type.Integer()], { title: 'ValidationErrorLocItems' })

/** The static type of {@link ValidationErrorLocItems}. */
export type ValidationErrorLocItems = Type.Static<typeof ValidationErrorLocItems>
