/** Names of entities, adapters and workspaces, and the project URN, which is a name that may have slashes. */

import { NAME_RULE, PROJECT_URN_RULE } from '../schemas/constraints.js'
import { charsetOf, charsetProblem, type Problem, type Span, whole } from './characters.js'
import { accepted, formatted, type ReferenceResult, refused } from './result.js'

const NAME = charsetOf(NAME_RULE, 'a letter (A-Z, a-z), digit, "_", "." or "-"')
const PROJECT_URN = charsetOf(PROJECT_URN_RULE, 'a letter (A-Z, a-z), digit, "_", ".", "/" or "-"')

/**
 * Reads a name: 1 to 255 of `A-Z a-z 0-9 _ . -`.
 *
 * @example
 * parseName('llama-3.1-8b') // { ok: true, value: 'llama-3.1-8b' }
 * parseName('my model')     // { ok: false, error: { offset: 2, found: '" "', … } }
 */
export function parseName(text: string): ReferenceResult<string> {
  const problem = nameProblem(whole(text))
  return problem === undefined ? accepted(text) : refused('not a name', problem)
}

/** Whether a text is a name. */
export function isName(text: string): boolean {
  return parseName(text).ok
}

/**
 * The text of a name: the name itself.
 *
 * @throws RangeError when it is none
 */
export function formatName(name: string): string {
  return formatted(name, parseName)
}

/**
 * Reads a project URN: 1 to 255 of `A-Z a-z 0-9 _ . / -`. The service checks it on a request only.
 *
 * @example
 * parseProjectUrn('nlp/llama-upgrade') // { ok: true, value: 'nlp/llama-upgrade' }
 */
export function parseProjectUrn(text: string): ReferenceResult<string> {
  const problem = charsetProblem(whole(text), PROJECT_URN)
  return problem === undefined ? accepted(text) : refused('not a project URN', problem)
}

/** Whether a text is a project URN. */
export function isProjectUrn(text: string): boolean {
  return parseProjectUrn(text).ok
}

/**
 * The text of a project URN: the URN itself.
 *
 * @throws RangeError when it is none
 */
export function formatProjectUrn(urn: string): string {
  return formatted(urn, parseProjectUrn)
}

/** What keeps a span from being a name; the other grammars check their parts with it. */
export function nameProblem(span: Span): Problem | undefined {
  return charsetProblem(span, NAME)
}
