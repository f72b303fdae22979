import type { Client } from '../../../src/client/index.js'
import type { CreateAnswer } from './answers.js'
import type { CreateRequest } from './requests.js'

/**
 * Sends a request with our client, and answers what it understood, in the form of a plain answer. Undefined where the client refuses to
 * send: no path can hold the workspace.
 */
export async function clientAnswer(
  client: Client,
  { workspace, body }: CreateRequest,
): Promise<CreateAnswer | undefined> {
  if (workspace === '' || workspace === '.' || workspace === '..' || workspace.includes('/')) {
    const thrown: unknown = await client.createModel(workspace, body as never).catch((error: unknown) => error)
    if (!(thrown instanceof RangeError)) throw new Error(`the client has sent to the workspace ${workspace}`)
    return undefined
  }
  const result = await client.createModel(workspace, body as never)
  if (result.ok) {
    const { name, workspace: of } = result.entity
    return name === body['name'] && of === workspace ? { status: 201 } : { status: 201, detail: result.entity }
  }
  if (result.status === 'other' && result.problem === 'unexpected-status') {
    return { status: result.httpStatus, detail: result.detail }
  }
  return typeof result.status === 'number'
    ? { status: result.status, detail: result.detail }
    : { status: 0, detail: result }
}
