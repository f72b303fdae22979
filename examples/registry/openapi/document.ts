import { openapi } from 'model-entity'
import { LIST_QUERY } from '../lists/list-models.js'
import type { Registry } from '../registry.js'
import { components } from './components.js'
import { FILTER_PARAMETERS } from './filter-parameters.js'
import type { Json } from './json.js'
import { CREATED, DELETED, HEALTHY, NOT_READY, REFUSALS, ref, SUCCESS } from './responses.js'

/** A document that lists more than this is no help. */
const MOST_LISTED_FILESETS = 100

/**
 * The OpenAPI document of the registry. The create route and all components come from the package; the other routes are described here.
 * The workspaces, the projects and the filesets that exist are part of the description.
 */
export function openapiDocument({ config, filesets }: Pick<Registry, 'config' | 'filesets'>): Json {
  const ofPackage = openapi()
  const listed = filesets.list(MOST_LISTED_FILESETS)
  const schemas = components(ofPackage.components.schemas, { filesets: listed, projects: commonProjects(config) })
  const workspaces = [...config.workspaces]
  const paths = pathsOf(workspaces, listed?.length !== 0)
  return {
    openapi: ofPackage.openapi,
    info: { title: 'Model registry', version: ofPackage.info.version },
    servers: [{ url: '/' }],
    security: [],
    paths,
    components: { schemas },
  }
}

/** The name of a model or of an adapter, as the registry accepts it: 2 to 63 characters, no two hyphens together, none at the end. */
const NAME = { type: 'string', minLength: 2, maxLength: 63, pattern: '^[a-z](?:-?[a-z0-9._])*$' }

/** The projects that every workspace has: a document cannot say that a project belongs to one. */
function commonProjects({ workspaces, projects }: Registry['config']): string[] {
  const names = [...projects].map((project) => project.slice(project.indexOf('/') + 1))
  return [...new Set(names)].filter((name) =>
    [...workspaces].every((workspace) => projects.has(`${workspace}/${name}`)),
  )
}

/** @param hasFilesets - whether there can be adapters: each has a fileset */
function pathsOf(workspaces: readonly string[], hasFilesets: boolean): Json {
  const inPath = (name: string, schema: Json): Json => ({ name, in: 'path', required: true, schema })
  const workspace = inPath('workspace', { type: 'string', enum: [...workspaces] })
  const lists = inPath('workspace', { type: 'string', enum: [...workspaces, '-'] })
  const ofModel = [workspace, inPath('name', NAME)]
  const ofAdapter = [...ofModel, inPath('adapter', NAME)]
  const models = '/apis/models/v2/workspaces/{workspace}/models'
  return {
    [models]: {
      post: operation('createModel', 'Create a model', [workspace], {
        body: 'CreateModelEntityRequest',
        responses: { 201: CREATED('ModelEntity'), ...REFUSALS('400', '403', '409', '413', '415', '422') },
      }),
      get: operation('listModels', 'List the models of a workspace; `-` stands for all', [lists, ...LIST_PARAMETERS], {
        responses: { 200: SUCCESS('ModelEntitiesPage'), ...REFUSALS('400', '404', '422') },
      }),
    },
    [`${models}/{name}`]: {
      get: operation('getModel', 'Get a model and its adapters', [...ofModel, VERBOSE], {
        responses: { 200: SUCCESS('ModelEntity'), ...REFUSALS('404', '422') },
      }),
      patch: operation('updateModel', 'Change a model: null and absent fields stay', [...ofModel, VERBOSE], {
        body: 'UpdateModelEntityRequest',
        responses: { 200: SUCCESS('ModelEntity'), ...REFUSALS('400', '403', '404', '413', '415', '422') },
      }),
      delete: operation('deleteModel', 'Delete a model and its adapters', ofModel, {
        responses: { 204: DELETED, ...REFUSALS('404') },
      }),
    },
    ...(hasFilesets && adapterPaths(models, ofModel, ofAdapter)),
    '/health/live': { get: operation('live', 'Whether the process runs', [], { responses: { 200: HEALTHY } }) },
    '/health/ready': {
      get: operation('ready', 'Whether requests can be served', [], { responses: { 200: HEALTHY, 503: NOT_READY } }),
    },
  }
}

function adapterPaths(models: string, ofModel: readonly Json[], ofAdapter: readonly Json[]): Json {
  return {
    [`${models}/{name}/adapters`]: {
      post: operation('createModelAdapter', 'Add an adapter to a model', ofModel, {
        body: 'CreateModelAdapterRequest',
        responses: { 201: CREATED('Adapter'), ...REFUSALS('400', '404', '409', '413', '415', '422') },
      }),
    },
    [`${models}/{name}/adapters/{adapter}`]: {
      patch: operation('updateModelAdapter', 'Change an adapter: null and absent fields stay', ofAdapter, {
        body: 'UpdateAdapterRequest',
        responses: { 200: SUCCESS('Adapter'), ...REFUSALS('400', '404', '413', '415', '422') },
      }),
      delete: operation('deleteModelAdapter', 'Remove an adapter from a model', ofAdapter, {
        responses: { 204: DELETED, ...REFUSALS('404') },
      }),
    },
  }
}

function operation(
  operationId: string,
  summary: string,
  parameters: readonly Json[],
  { body, responses }: { readonly body?: string; readonly responses: Json },
): Json {
  const requestBody = { required: true, content: { 'application/json': { schema: ref(body ?? '') } } }
  return {
    operationId,
    summary,
    ...(parameters.length > 0 && { parameters: [...parameters] }),
    ...(body !== undefined && { requestBody }),
    responses,
  }
}

const VERBOSE: Json = {
  name: 'verbose',
  in: 'query',
  description: 'Whether the spec includes its linear layers',
  schema: { type: 'boolean', default: false },
}

const { verbose: _, ...PAGED } = LIST_QUERY.properties

const LIST_PARAMETERS: readonly Json[] = [
  ...Object.entries(PAGED).map(([name, schema]): Json => ({ name, in: 'query', schema })),
  VERBOSE,
  ...FILTER_PARAMETERS,
]
