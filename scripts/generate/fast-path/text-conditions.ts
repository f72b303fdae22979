/** Writes the conditions of texts: their lengths and patterns, and dates and times as they are usually written. */
import type { StringPlan } from '../../../src/validation/plan/plan.js'
import type { ModuleWriter } from './module-writer.js'
import { nothingElse } from './nothing-else.js'

/** A text without constraints is not checked. Any other must be well-formed. */
export function textChecks(
  { kind: _, minLength, maxLength, pattern, reference, ...rest }: StringPlan,
  value: string,
  module: ModuleWriter,
): string[] {
  nothingElse(rest)
  const allowed = pattern === undefined ? undefined : ASCII_CLASS.exec(pattern)?.[1]
  const isAscii = allowed !== undefined || reference === true
  const checks: string[] = []
  if (maxLength !== undefined) {
    checks.push(
      isAscii
        ? `${value}.length <= ${maxLength}`
        : `(${value}.length <= ${maxLength} || !${module.helper('isLongerThan')}(${value}, ${maxLength}))`,
    )
  }
  if (minLength !== undefined) checks.push(`!${module.helper('isShorterThan')}(${value}, ${minLength})`)
  if (allowed !== undefined)
    checks.push(`${value} !== ""`, `!${module.constant('STRANGER', `/[^${allowed}]/`)}.test(${value})`)
  else if (pattern !== undefined) {
    checks.push(
      `${module.constant('PATTERN', `${module.helper('patternRegExp')}(${JSON.stringify(pattern)})`)}.test(${value})`,
    )
  }
  if (reference) {
    const [expression, longest] = [module.helper('MODEL_REFERENCE'), module.helper('MAX_SEGMENT')]
    checks.push(
      `${expression}.test(${value})`,
      `(${value}.length <= ${longest} || ${module.helper('hasShortSegments')}(${value}))`,
    )
  }
  if (checks.length > 0 && !isAscii) checks.push(`${value}.isWellFormed()`)
  return checks
}

/** A text equal to `earlier` is a valid date-time too. Comparing is cheaper than parsing it again. */
export function dateTime(value: string, module: ModuleWriter, earlier?: string): string {
  const tests = [
    ...(earlier === undefined ? [] : [`${value} === ${earlier}`]),
    `${module.helper('COMMON_DATE_TIME')}.test(${value})`,
    `${module.helper('isUtcDateTime')}(${value})`,
  ]
  return `typeof ${value} === "string" && (${tests.join(' || ')})`
}

/** A text that a pattern of the runtime accepts. */
export function textTest(pattern: 'COMMON_DATE' | 'COMMON_TIME' | 'UUID', value: string, module: ModuleWriter): string {
  return `typeof ${value} === "string" && ${module.helper(pattern)}.test(${value})`
}

/**
 * For a pattern of one or more characters of a class with ASCII, `\w` and `\d` (ASCII without the flag `u`): a text passes if it
 * has no other characters. This is faster. Everything else that the service accepts is left to the slow path.
 */
const ASCII_CLASS = /^\^\[((?:[A-Za-z0-9_./@+]|[A-Za-z0-9]-[A-Za-z0-9]|\\[wd.\-/])+-?)\]\+\$$/
