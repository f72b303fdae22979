/** References to a model: `segment` or `workspace/segment`. Stricter than names: lowercase, 2 to 63 characters. */

import { MODEL_SEGMENT_RULE } from '../schemas/constraints.js'
import { charsetOf, charsetProblem, isIn, type Problem, type Span, whole } from './characters.js'
import { accepted, formatted, foundAt, type ReferenceResult, refused } from './result.js'

/** A model, as in `adapter.model` and `base_model`. Without a workspace, it is in the workspace of the document. */
export interface ModelRef {
  readonly workspace: string | null
  readonly name: string
}

const { characters, first } = MODEL_SEGMENT_RULE
const SEGMENT = charsetOf(
  { ...MODEL_SEGMENT_RULE, characters: `${characters}-` },
  'a-z, 0-9, "-", "@", ".", "+" or "_"',
)
const isFirst = isIn(first)

/**
 * Parses a model reference. Accepts exactly what the service accepts for `adapter.model`.
 *
 * @example
 * parseModelRef('research-team/llama-3.1-8b') // { ok: true, value: { workspace: 'research-team', name: 'llama-3.1-8b' } }
 * parseModelRef('llama')                      // { ok: true, value: { workspace: null, name: 'llama' } }
 * parseModelRef('Llama')                      // { ok: false, error: { offset: 0, found: '"L"', … } }
 */
export function parseModelRef(text: string): ReferenceResult<ModelRef> {
  const slash = text.indexOf('/')
  const spans = slash < 0 ? [whole(text)] : [span(text, 0, slash), span(text, slash + 1, text.length)]
  for (const part of spans) {
    const problem = segmentProblem(part)
    if (problem !== undefined) return refused('not a model reference', problem)
  }
  if (slash < 0) return accepted({ workspace: null, name: text })
  return accepted({ workspace: text.slice(0, slash), name: text.slice(slash + 1) })
}

/** Whether a text is a valid model reference. */
export function isModelRef(text: string): boolean {
  return parseModelRef(text).ok
}

/**
 * Formats a model reference: `name`, or `workspace/name`.
 *
 * @throws RangeError if a part is not a model-name segment
 */
export function formatModelRef(ref: ModelRef): string {
  const text = ref.workspace === null ? ref.name : `${ref.workspace}/${ref.name}`
  return formatted(text, parseModelRef, ({ workspace, name }) => workspace === ref.workspace && name === ref.name)
}

/** The reference with its workspace. A bare reference is in the workspace of the document. */
export function resolveModelRef(ref: ModelRef, workspace: string): { workspace: string; name: string } {
  return { workspace: ref.workspace ?? workspace, name: ref.name }
}

/** Whether two references in the same workspace refer to the same model. */
export function isSameModel(one: ModelRef, other: ModelRef, workspace: string): boolean {
  return one.name === other.name && (one.workspace ?? workspace) === (other.workspace ?? workspace)
}

/**
 * Parses one segment of a model reference: `a-z`, then 1 to 62 characters of `a-z 0-9 - @ . + _`, no `--`, no `-` at the end.
 * No model reference can contain a name that is not such a segment.
 *
 * @example
 * parseModelNameSegment('llama-3.1-8b') // { ok: true, value: 'llama-3.1-8b' }
 */
export function parseModelNameSegment(text: string): ReferenceResult<string> {
  const problem = segmentProblem(whole(text))
  return problem === undefined ? accepted(text) : refused('not a model-name segment', problem)
}

/** Whether a text is a valid segment of a model reference. */
export function isModelNameSegment(text: string): boolean {
  return parseModelNameSegment(text).ok
}

/**
 * Formats a model-name segment: checks it and returns it.
 *
 * @throws RangeError if it is invalid
 */
export function formatModelNameSegment(segment: string): string {
  return formatted(segment, parseModelNameSegment)
}

function segmentProblem(part: Span): Problem | undefined {
  const { text, start, end } = part
  if (end > start && !isFirst(text.charCodeAt(start))) {
    return { offset: start, found: foundAt(text, start), expected: 'a lowercase letter (a-z) first' }
  }
  const problem = charsetProblem(part, SEGMENT)
  if (problem !== undefined) return problem
  for (let offset = start; offset < end; offset++) {
    if (text.charCodeAt(offset) !== 0x2d) continue
    if (offset + 1 === end) return { offset, found: '"-"', expected: 'no hyphen at the end' }
    if (text.charCodeAt(offset + 1) === 0x2d) return { offset, found: '"--"', expected: 'no two hyphens in a row' }
  }
  return undefined
}

function span(text: string, start: number, end: number): Span {
  return { text, start, end }
}
