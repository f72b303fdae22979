import {
  FILESET_SCHEME,
  formatFilesetRef,
  parseFilesetRef,
  parseModelProviderRef,
  parseModelRef,
  type ReferenceParser,
  type ReferenceResult,
} from '../../references/index.js'
import { models } from '../document.js'
import type { DocumentNode } from '../document-nodes.js'
import type { Loc } from '../finding.js'
import type { Match, Rule } from '../rule.js'
import { quoted } from '../text.js'

interface Grammar {
  readonly parse: ReferenceParser<unknown>
  readonly form: string
}

const MODEL: Grammar = {
  parse: parseModelRef,
  form: '"name" or "workspace/name", each 2 to 63 characters of a-z 0-9 - @ . + _, starting with a letter',
}
const FILESET: Grammar = {
  parse: parseFilesetRef,
  form: '"name" or "workspace/name"; optionally with "fileset://" in front',
}
/** The route that creates a model is stricter than the rest of the platform. */
const NEW_FILESET: Grammar = {
  parse: parseFilesetOfRequest,
  form: '"name" or "workspace/name", without "fileset://" and without spaces around it',
}
const PROVIDER: Grammar = { parse: parseModelProviderRef, form: '"workspace/name"' }

/** The service stores such a reference, but it can never resolve. */
export const invalidReference: Rule = {
  code: 'invalid-reference',
  severity: 'warning',
  description: 'A reference to a model, a fileset or a model provider is malformed.',
  *check(document) {
    for (const node of models(document)) {
      yield* check(node, ['base_model'], node.value.base_model, MODEL)
      yield* check(
        node,
        ['fileset'],
        node.value.fileset,
        document.model === 'CreateModelEntityRequest' ? NEW_FILESET : FILESET,
      )
      for (const [index, provider] of (node.value.model_providers ?? []).entries()) {
        yield* check(node, ['model_providers', index], provider, PROVIDER)
      }
    }
    for (const node of document.nodes('Adapter')) yield* check(node, ['fileset'], node.value.fileset, FILESET)
    for (const node of document.nodes('ToolCallConfig')) {
      yield* check(node, ['tool_call_plugin'], node.value.tool_call_plugin, FILESET)
    }
  },
}

function parseFilesetOfRequest(text: string): ReferenceResult<unknown> {
  const result = parseFilesetRef(text)
  if (!result.ok || formatFilesetRef(result.value) === text) return result
  const offset = text.startsWith(FILESET_SCHEME) || text.search(/\S/) > 0 ? 0 : text.trimEnd().length
  const found = text.startsWith(FILESET_SCHEME) ? `"${FILESET_SCHEME}"` : 'a blank'
  const expected = 'only a name'
  const message = `not a fileset reference for a new model: expected ${expected} at offset ${offset}, found ${found}`
  return { ok: false, error: { message, offset, found, expected } }
}

function* check(
  node: DocumentNode,
  loc: Loc,
  text: string | null | undefined,
  { parse, form }: Grammar,
): Iterable<Match> {
  if (text === null || text === undefined) return
  const result = parse(text)
  if (result.ok) return
  const trimmed = text.trim()
  yield {
    node,
    loc,
    message: `${quoted(text)} is ${result.error.message}`,
    help: `write ${form}`,
    ...(trimmed !== text && parse(trimmed).ok && { correction: { value: trimmed } }),
  }
}
