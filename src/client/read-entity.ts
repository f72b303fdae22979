import { jsonValue, readJson } from '../json/index.js'
import type { ModelValue } from '../validation/plan/model.js'
import type { ErrorDetail } from '../validation/result.js'
import { validateJson } from '../validation/validate-json.js'
import type { Settings } from './settings.js'

type ReadingSettings = Pick<Settings, 'checkAnswers' | 'integers'>

type Entity = ModelValue<'ModelEntity'>

/** The entity in the body of a 201, or why there is none. */
export type ReadEntity =
  | { readonly entity: Entity }
  | { readonly problem: 'invalid-json' | 'unexpected-shape'; readonly errors?: readonly ErrorDetail[] }

/** Reads the body of a 201. Without the check, an integer that a JavaScript number would round is a `bigint`. */
export function readEntity(text: string | undefined, { checkAnswers, integers }: ReadingSettings): ReadEntity {
  if (text === undefined) return { problem: 'invalid-json' }
  return checkAnswers ? checkedEntity(text, integers) : uncheckedEntity(text)
}

function uncheckedEntity(text: string): ReadEntity {
  const read = readJson(text)
  if (!read.ok) return { problem: 'invalid-json' }
  // As the caller has asked; but a list or a text is never an entity.
  return read.root.kind === 'object' ? { entity: jsonValue(read.root) as Entity } : { problem: 'unexpected-shape' }
}

function checkedEntity(text: string, integers: ReadingSettings['integers']): ReadEntity {
  // Python's decoder, which `validateJson` follows, also reads NaN.
  if (!isJson(text)) return { problem: 'invalid-json' }
  const checked = validateJson('ModelEntity', text, { loc: [], integers })
  if (checked.ok) return { entity: checked.value }
  return checked.status === 422 ? { problem: 'unexpected-shape', errors: checked.detail } : { problem: 'invalid-json' }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
