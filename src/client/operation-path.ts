import { quoted } from '../options/index.js'

/**
 * The path of an operation, with its parameters filled in and encoded: `/apis/models/v2/workspaces/default/models`.
 *
 * @throws RangeError if a value cannot be one segment of a path. `.` and `..` would be resolved by every URL parser, also encoded, and
 *   servers decode `%2F` before they look for the route
 */
export function operationPath(template: string, parameters: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, parameters[name]))
}

function segment(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`\`${name}\` should be a string`)
  if (value === '') throw new RangeError(`\`${name}\` should not be empty`)
  if (value === '.' || value === '..' || value.includes('/') || !value.isWellFormed()) {
    throw new RangeError(`\`${name}\` should be one segment of a path, not ${quoted(value)}`)
  }
  return encodeURIComponent(value)
}
