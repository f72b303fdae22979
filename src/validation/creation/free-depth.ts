import type { CreateModelEntityRequest } from '../../schemas/create-model-entity-request.js'

/** The nesting depths of the free fields of a request. A scalar and an empty list have depth 1. */
export interface FreeDepths {
  /** In `custom_fields` and `ownership`. */
  readonly fields: number
  /** In the extra fields of `inference_params`. */
  readonly parameters: number
}

/** Measures the free fields of a request, without recursion. */
export function freeDepths({ custom_fields, ownership, prompt }: CreateModelEntityRequest): FreeDepths {
  const values = [...Object.values(custom_fields ?? {}), ...Object.values(ownership ?? {})]
  return { fields: deepest(values), parameters: deepest(Object.values(prompt?.inference_params ?? {})) }
}

function deepest(values: readonly unknown[]): number {
  let depth = 0
  for (const _ of levels(values)) depth += 1
  return depth
}

/** Yields the values level by level: first these, then everything in them, and so on. */
export function* levels(values: readonly unknown[]): Generator<readonly unknown[]> {
  for (let level = values; level.length > 0; ) {
    yield level
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  }
}
