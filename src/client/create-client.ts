import { checkOptions } from '../options/index.js'
import type { ModelInput } from '../validation/plan/model.js'
import { readBaseUrl } from './base-url.js'
import type { CallOptions } from './call-options.js'
import { CLIENT_OPTIONS, type ClientOptions } from './client-options.js'
import { createModel } from './create-model.js'
import { checkHeaders } from './request-headers.js'
import type { CreateModelResult } from './result.js'
import type { Settings } from './settings.js'

/** A client of one service. */
export interface Client {
  /**
   * Creates a model. Problems with the network or the answer are values, never exceptions.
   *
   * @param workspace - the workspace, decoded: it is encoded for the path
   * @param request - the body. It must be plain data; a `bigint` is written with all its digits
   * @throws TypeError for an unknown option, or a request that JSON cannot represent: `NaN`, a `Date`, `undefined` in an array
   * @throws RangeError for a workspace that no path can hold: empty, `.`, `..`, or with a slash
   */
  createModel(
    workspace: string,
    request: ModelInput<'CreateModelEntityRequest'>,
    options?: CallOptions,
  ): Promise<CreateModelResult>
}

/**
 * Creates a typed client. It opens no connection and keeps no state, so one client serves any number of calls at the same time.
 *
 * @throws TypeError if an option is unknown or wrong, `baseUrl` is not an absolute http(s) URL, or a header cannot be sent
 * @throws RangeError if a number is out of range
 * @example
 * ```ts
 * import { createClient } from 'model-entity/client'
 *
 * const client = createClient({ baseUrl: 'https://host.com', headers: { authorization: 'Bearer …' } })
 * const result = await client.createModel('default', { name: 'llama-3.1-8b' })
 * if (result.ok) console.log(result.entity.id)
 * else if (result.status === 422) console.log(result.detail)
 * ```
 */
export function createClient(options: ClientOptions): Client {
  checkOptions(options, CLIENT_OPTIONS)
  const settings = settingsOf(options)
  return { createModel: (workspace, request, call) => createModel(settings, workspace, request, call) }
}

/** The options with their defaults. A later change of the caller's objects has no effect. */
function settingsOf(options: ClientOptions): Settings {
  const { baseUrl, fetch, headers = {}, timeoutMs = 30_000, retries = 2, maxRetryAfterMs = 30_000 } = options
  const { checkRequests = false, checkAnswers = true, integers = 'refuse', maxAnswerBytes = 16 * 2 ** 20 } = options
  const fixed = typeof headers === 'function' ? undefined : checkHeaders(headers)
  return {
    base: readBaseUrl(baseUrl),
    // Looked up for each call, and called without `this`, which some runtimes require.
    send: fetch ?? ((url, init) => globalThis.fetch(url, init)),
    headers: typeof headers === 'function' ? async () => checkHeaders(await headers()) : () => fixed ?? {},
    timeoutMs,
    retries,
    maxRetryAfterMs,
    checkRequests,
    checkAnswers,
    integers,
    maxAnswerBytes,
  }
}
