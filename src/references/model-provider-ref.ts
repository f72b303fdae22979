/** References to a model provider, which serves inference for a model entity. */

import { nameProblem } from './name.js'
import { accepted, formatted, foundAt, type ReferenceResult, refused } from './result.js'

/** A model provider, as in `model_providers[]`. Always has a workspace. */
export interface ModelProviderRef {
  readonly workspace: string
  readonly name: string
}

/**
 * Parses a model-provider reference: `workspace/name`.
 *
 * @example
 * parseModelProviderRef('research-team/llama-provider-v1') // { ok: true, value: { workspace: 'research-team', … } }
 * parseModelProviderRef('openai')                          // { ok: false, error: { offset: 6, found: 'the end', … } }
 */
export function parseModelProviderRef(text: string): ReferenceResult<ModelProviderRef> {
  const what = 'not a model provider'
  const slash = text.indexOf('/')
  const workspaceProblem = nameProblem({ text, start: 0, end: slash < 0 ? text.length : slash })
  if (workspaceProblem !== undefined) return refused(what, workspaceProblem)
  if (slash < 0) return refused(what, { offset: text.length, found: 'the end', expected: '"/" and a name' })
  const second = text.indexOf('/', slash + 1)
  if (second >= 0) return refused(what, { offset: second, found: foundAt(text, second), expected: 'one slash only' })
  const problem = nameProblem({ text, start: slash + 1, end: text.length })
  if (problem !== undefined) return refused(what, problem)
  return accepted({ workspace: text.slice(0, slash), name: text.slice(slash + 1) })
}

/** Whether a text is a valid model-provider reference. */
export function isModelProviderRef(text: string): boolean {
  return parseModelProviderRef(text).ok
}

/**
 * Formats a model-provider reference: `workspace/name`.
 *
 * @throws RangeError if a part is not a name
 */
export function formatModelProviderRef(ref: ModelProviderRef): string {
  const text = `${ref.workspace}/${ref.name}`
  return formatted(
    text,
    parseModelProviderRef,
    ({ workspace, name }) => workspace === ref.workspace && name === ref.name,
  )
}
