/** Model ids in inference requests: `workspace/name`, where the name can combine a base model and a LoRA adapter. */

import { nameProblem } from './name.js'
import { accepted, formatted, type ReferenceResult, refused } from './result.js'

/** A model in an inference request. */
export interface InferenceModelId {
  readonly workspace: string
  /** Everything after the first slash; slashes in it belong to the name. */
  readonly name: string
  /** The parts of the name, if it combines a base model and a LoRA adapter. */
  readonly lora: LoraComposite | null
}

/** A base model served with one LoRA adapter: `{base}&adapters/{adapter workspace}/{adapter name}`. */
export interface LoraComposite {
  readonly base: string
  readonly adapterWorkspace: string
  readonly adapterName: string
}

const ADAPTERS = '&adapters/'
const WHAT = 'not a model id for inference'

/**
 * Parses the model id of an inference request. Splits it at the first slash.
 *
 * @example
 * parseInferenceModelId('default/llama&adapters/team/medical')
 * // { ok: true, value: { workspace: 'default', name: 'llama&adapters/team/medical',
 * //   lora: { base: 'llama', adapterWorkspace: 'team', adapterName: 'medical' } } }
 * parseInferenceModelId('llama') // { ok: false, error: { offset: 5, found: 'the end', … } }
 */
export function parseInferenceModelId(text: string): ReferenceResult<InferenceModelId> {
  const slash = text.indexOf('/')
  const problem = nameProblem({ text, start: 0, end: slash < 0 ? text.length : slash })
  if (problem !== undefined) return refused(WHAT, problem)
  if (slash < 0) return refused(WHAT, { offset: text.length, found: 'the end', expected: '"/" and a model name' })
  const nameStart = slash + 1
  if (nameStart === text.length) {
    return refused(WHAT, { offset: nameStart, found: 'the end', expected: 'a model name' })
  }
  const lora = parseComposite(text, nameStart)
  if (!lora.ok) return lora
  return accepted({ workspace: text.slice(0, slash), name: text.slice(nameStart), lora: lora.value })
}

/** Whether a text is a valid model id for inference. */
export function isInferenceModelId(text: string): boolean {
  return parseInferenceModelId(text).ok
}

/**
 * Formats the model id of an inference request. Pass either `name`, or `lora` to build the name from its parts.
 *
 * @throws RangeError if the parts do not form a model id
 *
 * @example
 * formatInferenceModelId({ workspace: 'default', name: 'llama' }) // 'default/llama'
 * formatInferenceModelId({ workspace: 'default', lora: { base: 'llama', adapterWorkspace: 'team', adapterName: 'med' } })
 * // 'default/llama&adapters/team/med'
 */
export function formatInferenceModelId(
  id: { readonly workspace: string } & (
    | { readonly name: string; readonly lora?: null }
    | { readonly lora: LoraComposite }
  ),
): string {
  const name = id.lora ? formatComposite(id.lora) : id.name
  return formatted(`${id.workspace}/${name}`, parseInferenceModelId, (read) => {
    const isSameName = id.lora ? isSameComposite(read.lora, id.lora) : read.lora === null && read.name === id.name
    return read.workspace === id.workspace && isSameName
  })
}

function isSameComposite(one: LoraComposite | null, other: LoraComposite): boolean {
  return PARTS.every((part) => one?.[part] === other[part])
}

const PARTS = ['base', 'adapterWorkspace', 'adapterName'] as const

function formatComposite({ base, adapterWorkspace, adapterName }: LoraComposite): string {
  return `${base}${ADAPTERS}${adapterWorkspace}/${adapterName}`
}

function parseComposite(text: string, start: number): ReferenceResult<LoraComposite | null> {
  const mark = text.indexOf(ADAPTERS, start)
  if (mark < 0) return accepted(null)
  if (mark === start) return refused(WHAT, { offset: start, found: `"${ADAPTERS}"`, expected: 'a base model' })
  const workspaceStart = mark + ADAPTERS.length
  const slash = text.indexOf('/', workspaceStart)
  const workspaceEnd = slash < 0 ? text.length : slash
  const workspaceProblem = nameProblem({ text, start: workspaceStart, end: workspaceEnd })
  if (workspaceProblem !== undefined) return refused(WHAT, workspaceProblem)
  if (slash < 0) return refused(WHAT, { offset: text.length, found: 'the end', expected: '"/" and an adapter name' })
  const problem = nameProblem({ text, start: slash + 1, end: text.length })
  if (problem !== undefined) return refused(WHAT, problem)
  return accepted({
    base: text.slice(start, mark),
    adapterWorkspace: text.slice(workspaceStart, slash),
    adapterName: text.slice(slash + 1),
  })
}
