import type { ModelEntity } from 'model-entity'
import { HttpError } from '../http/http-error.js'
import type { Registry } from '../registry.js'
import { listModels } from '../storage/models.js'
import type { Filter } from './filter.js'
import { filterParameter } from './filter-parameter.js'
import { conditionOf } from './filter-sql.js'

const SORTS = ['name', '-name', 'created_at', '-created_at', 'updated_at', '-updated_at'] as const

/** The parameters of a list. The platform fails for pages that do not exist in numbers; the bounds are those of its other lists. */
export const LIST_QUERY = {
  type: 'object',
  properties: {
    page: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 1, description: 'Page number.' },
    page_size: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Page size.' },
    sort: {
      type: 'string',
      enum: SORTS,
      default: 'created_at',
      description: 'The field to sort by. To sort in decreasing order, use `-` in front of the field name.',
    },
    verbose: { type: 'boolean', default: false, description: 'Whether to include full spec details' },
  },
} as const

export interface ListQuery {
  readonly page: number
  readonly page_size: number
  readonly sort: (typeof SORTS)[number]
  readonly verbose: boolean
}

/** One page of a list, as the platform answers it. */
export interface Page {
  readonly data: readonly ModelEntity[]
  readonly pagination: {
    readonly page: number
    readonly page_size: number
    readonly current_page_size: number
    readonly total_pages: number
    readonly total_results: number
  }
  readonly sort: string
}

/** The workspace that stands for all. */
const ALL_WORKSPACES = '-'

/**
 * Lists the models of a workspace. A filter by `workspace` means another workspace than that of the path.
 *
 * @throws HttpError 400 for a wrong filter, 404 for a workspace that does not exist
 */
export async function pageOfModels(
  { config, database }: Registry,
  workspaceInPath: string,
  parameters: URLSearchParams,
  { page, page_size, sort }: ListQuery,
): Promise<Page> {
  const { workspace = workspaceInPath, filter } = withoutWorkspace(filterParameter(parameters))
  if (workspace !== ALL_WORKSPACES && !config.workspaces.has(workspace)) {
    throw new HttpError(404, `Workspace '${workspace}' not found`)
  }
  const { where, parameters: values } = conditionOf(
    conjunctionOf(workspace === ALL_WORKSPACES ? undefined : ofWorkspace(workspace), filter),
  )
  const order = sort.startsWith('-') ? 'desc' : 'asc'
  const { models, total } = await listModels(database.query, {
    where,
    parameters: values,
    orderBy: `${sort.replace('-', '')} ${order}, sequence ${order}`,
    page,
    pageSize: page_size,
  })
  const total_pages = Math.ceil(total / page_size)
  const pagination = { page, page_size, current_page_size: models.length, total_pages, total_results: total }
  return { data: models, pagination, sort }
}

function ofWorkspace(workspace: string): Filter {
  return { kind: 'compare', field: 'workspace', operator: '$eq', value: workspace }
}

function conjunctionOf(...filters: readonly (Filter | undefined)[]): Filter {
  return { kind: 'and', filters: filters.filter((filter) => filter !== undefined) }
}

/** Takes the first comparison with a workspace out of a filter, if it stands at the top. */
function withoutWorkspace(filter: Filter | undefined): { workspace?: string; filter?: Filter } {
  if (filter === undefined) return {}
  const top = filter.kind === 'and' ? filter.filters : [filter]
  const found = top.find(isWorkspace)
  if (found === undefined) return { filter }
  return { workspace: String(found.value), filter: conjunctionOf(...top.filter((each) => each !== found)) }
}

function isWorkspace(filter: Filter): filter is Extract<Filter, { kind: 'compare' }> {
  return (
    filter.kind === 'compare' &&
    filter.field === 'workspace' &&
    filter.operator === '$eq' &&
    typeof filter.value === 'string' &&
    filter.value !== ''
  )
}
