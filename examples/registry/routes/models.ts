import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CreateModelEntityRequest } from 'model-entity'
import { HttpError } from '../http/http-error.js'
import { checkQuery, queryOf, VERBOSE } from '../http/query.js'
import { LIST_QUERY, type ListQuery, pageOfModels } from '../lists/list-models.js'
import { listedModel } from '../lists/listed-model.js'
import { createModel, creationOf } from '../models/create-model.js'
import { withoutLayers } from '../models/model-fields.js'
import { modelNotFound } from '../models/not-found.js'
import { UpdateModelEntityRequest } from '../models/requests.js'
import { patchModel } from '../models/update-model.js'
import type { Registry } from '../registry.js'
import { deleteModel, findModel } from '../storage/models.js'
import { MODEL_PATH, MODELS_PATH } from './paths.js'

interface OfWorkspace {
  readonly Params: { readonly workspace: string }
}

interface OfModel {
  readonly Params: { readonly workspace: string; readonly name: string }
}

/** The routes of models. Bodies are checked by the adapter `model-entity/fastify`. */
export function modelRoutes(app: FastifyInstance, registry: Registry): void {
  const { query } = registry.database

  app.post<OfWorkspace>(
    MODELS_PATH,
    {
      schema: { body: CreateModelEntityRequest },
      config: {
        modelEntity: {
          creation: (value, request) =>
            creationOf(
              registry,
              value as CreateModelEntityRequest,
              (request.params as OfWorkspace['Params']).workspace,
            ),
        },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(await createModel(registry, request.params.workspace, request.body as CreateModelEntityRequest)),
  )

  app.get<OfWorkspace>(MODELS_PATH, async (request) => {
    const parameters = queryOf(request)
    const checked = checkQuery<ListQuery>(LIST_QUERY, parameters)
    if (!checked.ok) throw new HttpError(422, checked.detail)
    const page = await pageOfModels(registry, request.params.workspace, parameters, checked.value)
    const shown = checked.value.verbose ? page.data : page.data.map(withoutLayers)
    return { ...page, data: shown.map(listedModel) }
  })

  app.get<OfModel>(MODEL_PATH, async (request) => {
    const { workspace, name } = request.params
    const isVerbose = verboseOf(request)
    const model = await findModel(query, workspace, name)
    if (model === undefined) throw modelNotFound(workspace, name)
    return isVerbose ? model : withoutLayers(model)
  })

  app.patch<OfModel>(MODEL_PATH, { schema: { body: UpdateModelEntityRequest } }, async (request) => {
    const { workspace, name } = request.params
    const isVerbose = verboseOf(request)
    const model = await patchModel(registry, workspace, name, request.body as unknown as UpdateModelEntityRequest)
    return isVerbose ? model : withoutLayers(model)
  })

  app.delete<OfModel>(MODEL_PATH, async (request, reply) => {
    const { workspace, name } = request.params
    if (!(await deleteModel(query, workspace, name))) throw modelNotFound(workspace, name)
    return reply.code(204).send()
  })
}

function verboseOf(request: FastifyRequest): boolean {
  const checked = checkQuery<{ readonly verbose: boolean }>(VERBOSE, queryOf(request))
  if (!checked.ok) throw new HttpError(422, checked.detail)
  return checked.value.verbose
}
