import { checkOptions } from '../options/index.js'
import { CREATE_MODEL } from '../schemas/operation.js'
import { validateJson } from '../validation/index.js'
import type { ModelInput } from '../validation/plan/model.js'
import { CALL_OPTIONS, type CallOptions } from './call-options.js'
import { exchange } from './exchange.js'
import { operationPath } from './operation-path.js'
import { readAnswer } from './read-answer.js'
import { writeBody } from './request-body.js'
import type { CreateModelResult } from './result.js'
import type { Settings } from './settings.js'
import { unanswered } from './unanswered.js'

/** The call behind `Client.createModel`. */
export async function createModel(
  settings: Settings,
  workspace: string,
  request: ModelInput<'CreateModelEntityRequest'>,
  options: CallOptions = {},
): Promise<CreateModelResult> {
  checkOptions(options, CALL_OPTIONS)
  const path = operationPath(CREATE_MODEL.path, { workspace })
  const body = writeBody(request)
  if (settings.checkRequests) {
    // The service keeps integers of any size in free fields.
    const checked = validateJson(CREATE_MODEL.requestBody, body, { integers: 'bigint' })
    if (!checked.ok) return { ...checked, source: 'client', attempts: 0 }
  }
  const outgoing = { method: CREATE_MODEL.method.toUpperCase(), path, body, signal: options.signal }
  const { outcome, attempts } = await exchange(settings, outgoing)
  return outcome.kind === 'answer' ? readAnswer(outcome, attempts, settings) : unanswered(outcome, attempts, settings)
}
