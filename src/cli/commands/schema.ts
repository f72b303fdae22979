import { Argument, Command, Option } from 'commander'
import { type Dialect, jsonSchema, type OpenApiVersion, openapi, type Variant } from '../../export/index.js'
import { DIALECTS, namesOf, OPENAPI_VERSIONS, VARIANTS } from '../../export/style.js'
import { SCHEMA_NAMES, type SchemaName } from '../../schemas/index.js'
import { offering } from '../completion/offers.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { jsonText } from '../json-text.js'
import { schemaNameOf } from '../model-option.js'

interface SchemaOptions {
  readonly dialect: Dialect
  readonly openapi?: OpenApiVersion | true
  readonly variant: Variant
}

/** `model-entity schema`: prints a definition as JSON Schema, or the create route as OpenAPI. */
export function schemaCommand(report: (code: ExitCode) => void): Command {
  return new Command('schema')
    .description('print a definition as JSON Schema, or the create route as OpenAPI')
    .addArgument(
      offering(new Argument('[name]', 'the definition; without it, list all definitions').argParser(schemaNameOf), {
        kind: 'words',
        words: SCHEMA_NAMES,
      }),
    )
    .addOption(
      new Option('--dialect <dialect>', 'the JSON Schema dialect').choices(namesOf(DIALECTS)).default('2020-12'),
    )
    .addOption(
      new Option('--openapi [version]', 'print an OpenAPI document with the route and all definitions (default: 3.1)')
        .choices(namesOf(OPENAPI_VERSIONS))
        .conflicts('dialect'),
    )
    .addOption(
      new Option('--variant <variant>', 'service: everything the service checks; page: only what its API page shows')
        .choices(VARIANTS)
        .default('service'),
    )
    .addHelpText('after', HELP)
    .action((name: SchemaName | undefined, options: SchemaOptions) => report(print(name, options)))
}

const HELP = `
Examples:
  model-entity schema
  model-entity schema ModelEntity --dialect draft-07 > ModelEntity.json
  model-entity schema --openapi 3.0 > openapi.json

Definitions: ${SCHEMA_NAMES.join(', ')}.`

function print(name: SchemaName | undefined, options: SchemaOptions): ExitCode {
  process.stdout.write(`${textOf(name, options)}\n`)
  return EXIT.ok
}

function textOf(name: SchemaName | undefined, { dialect, openapi: version, variant }: SchemaOptions): string {
  if (version !== undefined && name !== undefined) {
    throw new UsageError(`--openapi prints all definitions: leave out ${name} or --openapi`)
  }
  if (version !== undefined) return jsonText(openapi({ variant, version: version === true ? '3.1' : version }))
  return name === undefined ? SCHEMA_NAMES.join('\n') : jsonText(jsonSchema(name, { dialect, variant }))
}
