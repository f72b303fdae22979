import { schemaPath } from '../../src/export/artifact-id.js'
import {
  type Dialect,
  editorSchema,
  jsonSchema,
  type OpenApiVersion,
  openapi,
  type Variant,
} from '../../src/export/index.js'
import { configSchema } from '../../src/policy/index.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'
import type { Generator } from './generator.js'

const VARIANTS: readonly Variant[] = ['service', 'page']
const DIALECTS: readonly Dialect[] = ['2020-12', 'draft-07']
const VERSIONS: readonly OpenApiVersion[] = ['3.1', '3.0']

/**
 * The folder `schemas`: every definition in every dialect, the endpoint in every version of OpenAPI, both as the service checks and
 * as the page shows them, the schema for editors, and the schema of configs.
 */
export const artifactsGenerator: Generator = {
  name: 'schemas',
  files: async () =>
    new Map([
      ...VARIANTS.flatMap(filesOf),
      file('editor/manifest.json', editorSchema()),
      file('config.json', configSchema()),
    ]),
}

function filesOf(variant: Variant): [string, string][] {
  const folder = variant === 'page' ? 'page/' : ''
  return [
    ...DIALECTS.flatMap((dialect) =>
      SCHEMA_NAMES.map((name) => file(schemaPath(name, dialect, variant), jsonSchema(name, { dialect, variant }))),
    ),
    ...VERSIONS.map((version) => file(`${folder}openapi-${version}.json`, openapi({ version, variant }))),
  ]
}

function file(path: string, content: object): [string, string] {
  return [`schemas/${path}`, `${JSON.stringify(content, null, 2)}\n`]
}
