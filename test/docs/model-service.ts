import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { creationRefusals, requestValidationBody } from '../../src/validation/index.js'

/** A service for the programs of the guides: it creates models as the platform does, and forgets them when it is closed. */
export interface ModelService {
  readonly url: string
  close(): Promise<void>
}

export async function modelService(): Promise<ModelService> {
  const names = new Set<string>()
  const state = {
    hasWorkspace: (workspace: string) => workspace === 'default',
    hasModel: (workspace: string, name: string) => names.has(`${workspace}/${name}`),
    hasFileset: () => false,
  }

  function create(workspace: string, body: Uint8Array, contentType: string | null): [status: number, answer: unknown] {
    const checked = requestValidationBody('CreateModelEntityRequest', body, { contentType })
    if (!checked.ok) return [checked.status, checked.body]
    const [refusal] = creationRefusals(checked.value, { workspace, state })
    if (refusal !== undefined) return [refusal.status, { detail: refusal.detail }]
    names.add(`${workspace}/${checked.value.name}`)
    const now = new Date().toISOString().slice(0, -1)
    const custom_fields = checked.value.custom_fields ?? {}
    const more = { id: 'model-1', workspace, created_at: now, updated_at: now, adapters: [], custom_fields }
    return [201, { ...checked.value, ...more }]
  }

  const server = createServer(async (request, response) => {
    const [, workspace] = /^\/apis\/models\/v2\/workspaces\/([^/]+)\/models$/.exec(request.url ?? '') ?? []
    const body = await buffer(request)
    const [status, answer] =
      workspace === undefined || request.method !== 'POST'
        ? [404, { detail: 'Not Found' }]
        : create(decodeURIComponent(workspace), body, request.headers['content-type'] ?? null)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
