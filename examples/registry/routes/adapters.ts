import type { FastifyInstance } from 'fastify'
import { addAdapter, patchAdapter, removeAdapter } from '../models/adapters.js'
import { CreateModelAdapterRequest, UpdateAdapterRequest } from '../models/requests.js'
import type { Registry } from '../registry.js'
import { ADAPTER_PATH, ADAPTERS_PATH } from './paths.js'

interface OfModel {
  readonly Params: { readonly workspace: string; readonly name: string }
}

interface OfAdapter {
  readonly Params: { readonly workspace: string; readonly name: string; readonly adapter: string }
}

/** The routes of a model's adapters. A model is answered with its adapters, so there is no route to read one. */
export function adapterRoutes(app: FastifyInstance, registry: Registry): void {
  app.post<OfModel>(ADAPTERS_PATH, { schema: { body: CreateModelAdapterRequest } }, async (request, reply) => {
    const { workspace, name } = request.params
    const body = request.body as unknown as CreateModelAdapterRequest
    return reply.code(201).send(await addAdapter(registry, workspace, name, body))
  })

  app.patch<OfAdapter>(ADAPTER_PATH, { schema: { body: UpdateAdapterRequest } }, async (request) => {
    const { workspace, name, adapter } = request.params
    return patchAdapter(registry, workspace, name, adapter, request.body as UpdateAdapterRequest)
  })

  app.delete<OfAdapter>(ADAPTER_PATH, async (request, reply) => {
    const { workspace, name, adapter } = request.params
    await removeAdapter(registry, workspace, name, adapter)
    return reply.code(204).send()
  })
}
