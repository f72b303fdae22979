/** The fields that a config names by their paths: `spec.context_size`. */

import { nearest } from '../options/index.js'
import { isSchemaName, type SchemaName } from '../schemas/index.js'
import type { TellFault } from './config-fault.js'
import { fieldPaths, plainPath } from './field-paths.js'

/** The definitions whose fields a config may name. */
export function modelsOf(model: unknown): readonly SchemaName[] {
  const named = typeof model === 'string' && isSchemaName(model) ? [model] : []
  return ['CreateModelEntityRequest', 'ModelEntity', ...named]
}

/** Says that a path is not that of a field, or of a number. */
export function tellPath(
  path: string,
  loc: readonly (string | number)[],
  at: 'key' | 'value',
  model: unknown,
  tell: TellFault,
  kind?: 'number',
): void {
  const known = modelsOf(model).flatMap((name) => {
    return fieldPaths(name).filter((field) => kind === undefined || field.kind === kind)
  })
  const near = nearestPath(plainPath(path), [...new Set(known.map((field) => field.path))])
  const what = kind === undefined ? 'field' : 'number'
  tell({
    loc,
    at,
    message: `There is no ${what} "${path.slice(0, 60)}"`,
    help: near === undefined ? 'write the path of a field: "spec.context_size"' : `did you mean "${near}"?`,
  })
}

/** Also a path that leaves out where its field stands: `context_size` for `spec.context_size`. */
function nearestPath(path: string, known: readonly string[]): string | undefined {
  return known.find((one) => one.endsWith(`.${path}`)) ?? nearest(path, known)
}
