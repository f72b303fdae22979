import { type Dialect, jsonSchema, type OpenApiVersion, openapi } from '../../src/export/index.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'
import type { Generator } from './generator.js'

const DIALECTS: readonly Dialect[] = ['2020-12', 'draft-07']
const VERSIONS: readonly OpenApiVersion[] = ['3.1', '3.0']

/** The folder `schemas`: every definition in every dialect, and the endpoint in every version of OpenAPI. */
export const artifactsGenerator: Generator = {
  name: 'schemas',
  files: async () =>
    new Map([
      ...DIALECTS.flatMap((dialect) =>
        SCHEMA_NAMES.map((name) => file(`${dialect}/${name}`, jsonSchema(name, { dialect }))),
      ),
      ...VERSIONS.map((version) => file(`openapi-${version}`, openapi({ version }))),
    ]),
}

function file(path: string, content: object): [string, string] {
  return [`schemas/${path}.json`, `${JSON.stringify(content, null, 2)}\n`]
}
