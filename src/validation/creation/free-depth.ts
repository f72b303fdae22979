import type { CreateModelEntityRequest } from '../../schemas/create-model-entity-request.js'

/** How deep the values in the free fields of a request are nested: a scalar is 1 deep, and so is an empty list. */
export interface FreeDepths {
  /** In `custom_fields` and `ownership`. */
  readonly fields: number
  /** In the further fields of `inference_params`. */
  readonly parameters: number
}

/** Measures the free fields of a request, with a stack of its own. */
export function freeDepths({ custom_fields, ownership, prompt }: CreateModelEntityRequest): FreeDepths {
  const values = [...Object.values(custom_fields ?? {}), ...Object.values(ownership ?? {})]
  return { fields: deepest(values), parameters: deepest(Object.values(prompt?.inference_params ?? {})) }
}

function deepest(values: readonly unknown[]): number {
  let depth = 0
  for (const _ of levels(values)) depth += 1
  return depth
}

/** Some values, then all that is in them, then all that is in that, and so on. */
export function* levels(values: readonly unknown[]): Generator<readonly unknown[]> {
  for (let level = values; level.length > 0; ) {
    yield level
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  }
}
