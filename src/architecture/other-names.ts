import type { ConfigObject } from './config-object.js'
import type { ConfigType } from './config-types.js'
import { describeValue } from './config-values.js'
import { type Problem, stated } from './problem.js'

/**
 * Finds sizes that stand under two names with different values, or under their other name with null. transformers 5 sets the field
 * by its other name (`attribute_map`) after the field itself.
 */
export function* otherNames(config: ConfigObject, { fields }: ConfigType): Generator<Problem> {
  for (const [marked, own] of fields) {
    if (!marked.startsWith(OTHER_NAME)) continue
    const alias = marked.slice(OTHER_NAME.length)
    const value = stated(config, alias)
    const field = stated(config, own)
    if (value === undefined) continue
    if (value === null) {
      const mayBeNull = /^[^=]*n/.test(fields.get(own) ?? 'n')
      if (!mayBeNull) yield [[alias], `null: transformers 5 takes that for ${own}, and fails`]
    } else if (field !== undefined && describeValue(field) !== describeValue(value)) {
      const both = `${describeValue(field)}, but its other name ${alias} is ${describeValue(value)}`
      yield [[own], `${both}: transformers 5 uses ${describeValue(value)}. ${differsIn4(field, value)}`]
    }
  }
}

/** What the classes of transformers 4.57 do with a field that stands under two names. */
function differsIn4(field: unknown, other: unknown): string {
  return `transformers 4.57 uses ${describeValue(field)} or ${describeValue(other)}, depending on the class`
}

/** Stands before the other names of fields among those of a class. */
const OTHER_NAME = '@'
