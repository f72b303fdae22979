import { type Dialect, jsonSchema } from '../export/index.js'
import { checkOptions, nearest, type OptionTable, quoted } from '../options/index.js'
import { type Model, type ModelInput, type ModelValue, type ValidateOptions, validate } from '../validation/index.js'
import { VALIDATE_OPTIONS } from '../validation/options.js'
import { planOf } from '../validation/plan/plan-of.js'
import { outputSchema } from './output-schema.js'
import type { StandardConverter, StandardIssue, StandardJsonSchema, StandardTarget } from './standard-types.js'

/** Options of {@link standardSchema}: those of `validate`. A path begins at the value, so there is no `loc`. */
export type StandardSchemaOptions = Omit<ValidateOptions, 'loc'>

/** The options that `standardSchema` accepts. */
export const STANDARD_SCHEMA_OPTIONS: OptionTable<StandardSchemaOptions> = (({ loc: _, ...others }) => others)(
  VALIDATE_OPTIONS,
)

/**
 * A model as a Standard Schema v1, with its JSON Schema companion: for tRPC, oRPC, form libraries, validators of Hono and everything else
 * that takes one (https://standardschema.dev). Each error of the service is an issue with its message and path.
 *
 * Such a library hands over a parsed value, so it answers what `validate` answers, and what parsing loses stays lost. Statuses and bodies are
 * the library's own.
 *
 * @throws TypeError for an unknown model name, an unsupported definition, or an unknown or wrong option
 * @throws RangeError for a number option out of range
 * @example
 * const router = t.router({ create: t.procedure.input(standardSchema('CreateModelEntityRequest')).mutation(({ input }) => input.name) })
 */
export function standardSchema<M extends Model>(
  model: M,
  options: StandardSchemaOptions = {},
): StandardJsonSchema<ModelInput<M>, ModelValue<M>> {
  checkOptions(options, STANDARD_SCHEMA_OPTIONS)
  planOf(model)
  return {
    '~standard': {
      version: 1,
      vendor: 'model-entity',
      validate(value) {
        const result = validate(model, value, { ...options, loc: [] })
        return result.ok ? { value: result.value } : { issues: issuesOf(result.detail) }
      },
      jsonSchema: converterOf(model),
    },
  }
}

function issuesOf(
  detail: string | readonly { readonly msg: string; readonly loc: readonly PropertyKey[] }[],
): StandardIssue[] {
  return typeof detail === 'string'
    ? [{ message: detail }]
    : detail.map(({ msg, loc }) => ({ message: msg, path: loc }))
}

function converterOf(model: Model): StandardConverter {
  return {
    input: (options) => jsonSchema(model, { dialect: dialectOf(options) }),
    output: (options) => outputSchema(jsonSchema(model, { dialect: dialectOf(options) }), planOf(model)),
  }
}

const DIALECTS: ReadonlyMap<string, Dialect> = new Map([
  ['draft-2020-12', '2020-12'],
  ['draft-07', 'draft-07'],
])

function dialectOf({ target }: StandardTarget): Dialect {
  const dialect = DIALECTS.get(target)
  if (dialect !== undefined) return dialect
  const known = [...DIALECTS.keys()]
  const near = nearest(target, known)
  const help = near === undefined ? '' : `; did you mean ${quoted(near)}?`
  throw new TypeError(`\`target\` should be ${known.map(quoted).join(' or ')}, not ${quoted(target)}${help}`)
}
