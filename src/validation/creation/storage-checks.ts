import { type Creation, refusal } from './creation.js'
import { freeDepths, levels } from './free-depth.js'
import { alreadyExists } from './name-checks.js'
import type { CreationRefusal } from './refusal.js'

/** The platform writes a model as JSON for its store, and stops at a depth. */
export function checkWritableDepth({ request }: Creation): CreationRefusal | undefined {
  const { fields, parameters } = freeDepths(request)
  if (Math.max(fields, parameters) <= DEEPEST_WRITTEN) return undefined
  return refusal('too-deep', 400, 'Maximum serialization depth exceeded', ['body'])
}

/** The response wraps the stored value once or twice more. If writing it fails, the platform retries and finds that the model exists. */
export function checkAnswerableDepth({ request, workspace }: Creation): CreationRefusal | undefined {
  const { fields, parameters } = freeDepths(request)
  const deepest = Math.max(fields, parameters)
  if (deepest > DEEPEST_WRITTEN || Math.max(fields + 1, parameters + 2) <= DEEPEST_WRITTEN) return undefined
  return refusal('too-deep', 409, alreadyExists(workspace, request.name), ['body'])
}

const DEEPEST_WRITTEN = 255

/** The platform sends UTF-8 to its store. Its message contains a position that depends on everything it sends; this one does not. */
export function checkEncoding({ request }: Creation): CreationRefusal | undefined {
  const broken = Object.entries(request).find(([field, value]) => field !== 'fileset' && !isUnicode(value))
  const detail = "'utf-8' codec can't encode a character: surrogates not allowed"
  return broken === undefined ? undefined : refusal('not-unicode', 400, detail, ['body', broken[0]])
}

function isUnicode(value: unknown): boolean {
  for (const level of levels([value])) {
    if (level.some((each) => typeof each === 'string' && !each.isWellFormed())) return false
  }
  return true
}
