/** Whether a document that a search has found is a model: a repository has many other files in YAML and JSON. */

import { isRecord } from '../lint/schema-walk.js'
import { CreateModelEntityRequest, ModelEntity } from '../schemas/index.js'
import type { ReadDocument } from './file-error.js'
import { entryOf, type SourceNode } from './source-node.js'

/** The fields that make a mapping a model, whatever else it has. */
const TELLING = [
  'spec',
  'finetuning_type',
  'fileset',
  'base_model',
  'api_endpoint',
  'backend_format',
  'prompt',
  'custom_fields',
  'ownership',
  'model_providers',
  'trust_remote_code',
  'adapters',
  'workspace',
] as const

const FIELDS: ReadonlySet<string> = new Set(
  [CreateModelEntityRequest, ModelEntity].flatMap(({ properties }) => Object.keys(properties)),
)

/**
 * Whether a document may be a model. A Kubernetes object is not, nor is a mapping with foreign keys only beside fields that
 * many things have, such as `name`; a list is not if none of its items is.
 *
 * @param text - the text of the whole file
 * @param isMentioned - whether that mentions a model, if it is known
 */
export function mayBeModel(document: ReadDocument, text: string, isMentioned = mentions(document, text)): boolean {
  if (document.kind === 'empty') return true
  if (document.kind === 'errors') return isMentioned
  if (document.quick !== undefined) return mayBeModels(document.quick.value)
  const { root } = document
  if (root.kind !== 'sequence') return isModel(root)
  return root.items.every(({ kind }) => kind === 'mapping') && (root.items.length === 0 || root.items.some(isModel))
}

/** Only a document that cannot be read is judged by the text around it. */
function mentions(document: ReadDocument, text: string): boolean {
  return document.kind === 'errors' && mentionsModel(text)
}

function isModel(node: SourceNode): boolean {
  if (node.kind !== 'mapping') return false
  const has = (key: string) => entryOf(node, key) !== undefined
  if (has('apiVersion') && has('kind')) return false
  return TELLING.some(has) || node.entries.every(({ key }) => FIELDS.has(key))
}

/** {@link mayBeModel} for the value of a document that can be read. */
export function mayBeModels(value: unknown): boolean {
  if (!Array.isArray(value)) return isModelValue(value)
  return value.every(isRecord) && (value.length === 0 || value.some(isModelValue))
}

function isModelValue(value: unknown): boolean {
  if (!isRecord(value)) return false
  const has = (key: string) => Object.hasOwn(value, key)
  if (has('apiVersion') && has('kind')) return false
  return TELLING.some(has) || Object.keys(value).every((key) => FIELDS.has(key))
}

/** Whether a text that cannot be read has the look of a model: a telling field at the start of a line, or as a key of JSON. */
export function mentionsModel(text: string): boolean {
  if (/^apiVersion[ \t]*:/m.test(text) && /^kind[ \t]*:/m.test(text)) return false
  return AT_LINE_START.test(text) || AS_JSON_KEY.test(text)
}

const NAMES = [...TELLING, 'name', 'id'].join('|')
const AT_LINE_START = new RegExp(`^\\ufeff?(?:${NAMES})[ \\t]*:`, 'm')
const AS_JSON_KEY = new RegExp(`"(?:${NAMES})"\\s*:`)
