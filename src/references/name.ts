/** Names of entities, adapters and workspaces, and project URNs, which may also contain slashes. */

import { NAME_RULE, PROJECT_URN_RULE } from '../schemas/constraints.js'
import { charsetOf, charsetProblem, type Problem, type Span, whole } from './characters.js'
import { accepted, formatted, type ReferenceResult, refused } from './result.js'

const NAME = charsetOf(NAME_RULE, 'a letter (A-Z, a-z), digit, "_", "." or "-"')
const PROJECT_URN = charsetOf(PROJECT_URN_RULE, 'a letter (A-Z, a-z), digit, "_", ".", "/" or "-"')

/**
 * Parses a name: 1 to 255 characters of `A-Z a-z 0-9 _ . -`.
 *
 * @example
 * parseName('llama-3.1-8b') // { ok: true, value: 'llama-3.1-8b' }
 * parseName('my model')     // { ok: false, error: { offset: 2, found: '" "', … } }
 */
export function parseName(text: string): ReferenceResult<string> {
  const problem = nameProblem(whole(text))
  return problem === undefined ? accepted(text) : refused('not a name', problem)
}

/** Whether a text is a valid name. */
export function isName(text: string): boolean {
  return parseName(text).ok
}

/**
 * Formats a name: checks it and returns it.
 *
 * @throws RangeError if it is invalid
 */
export function formatName(name: string): string {
  return formatted(name, parseName)
}

/**
 * Parses a project URN: 1 to 255 characters of `A-Z a-z 0-9 _ . / -`. The service checks it only in a request.
 *
 * @example
 * parseProjectUrn('nlp/llama-upgrade') // { ok: true, value: 'nlp/llama-upgrade' }
 */
export function parseProjectUrn(text: string): ReferenceResult<string> {
  const problem = charsetProblem(whole(text), PROJECT_URN)
  return problem === undefined ? accepted(text) : refused('not a project URN', problem)
}

/** Whether a text is a valid project URN. */
export function isProjectUrn(text: string): boolean {
  return parseProjectUrn(text).ok
}

/**
 * Formats a project URN: checks it and returns it.
 *
 * @throws RangeError if it is invalid
 */
export function formatProjectUrn(urn: string): string {
  return formatted(urn, parseProjectUrn)
}

/** Why a span is not a name. The other grammars use it for their parts. */
export function nameProblem(span: Span): Problem | undefined {
  return charsetProblem(span, NAME)
}
