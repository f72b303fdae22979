import type { Rule } from '../../lint/index.js'
import { hasField, leadsThroughList, plainPath, reach } from '../field-paths.js'

/** Fields that a team requires. A field that the document's definition does not have is not asked for. */
export function requiredField({ fields }: { readonly fields: readonly string[] }): Rule {
  return {
    code: 'required-field',
    severity: 'warning',
    description: 'A field that the config requires is not set.',
    *check({ model, value }) {
      for (const field of fields) {
        const path = plainPath(field)
        if (!hasField(model, path)) continue
        const isOfItems = leadsThroughList(model, path)
        for (const { loc, value: found } of reach(value, path.split('.'))) {
          // Without items, nothing lacks the field.
          if (isSet(found) || (isOfItems && !loc.some((step) => typeof step === 'number'))) continue
          yield {
            loc,
            at: 'holder',
            message: `"${path}" is required by the config`,
            help: `set ${path}`,
          }
        }
      }
    },
  }
}

/** Set means neither null nor empty. */
function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
