import { InvalidArgumentError, Option } from 'commander'
import { unknownModel } from '../options/index.js'
import { isSchemaName, SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'

/** The option that names a definition; a misspelt name gets a suggestion. */
export function modelOption(description: string): Option {
  return new Option('--model <name>', description).argParser(schemaNameOf)
}

/**
 * The name of a definition as an argument of the command.
 *
 * @throws InvalidArgumentError for another, which commander tells the user
 */
export function schemaNameOf(text: string): SchemaName {
  if (isSchemaName(text)) return text
  throw new InvalidArgumentError(unknownModel(text, SCHEMA_NAMES).message)
}

/**
 * A count as an argument of the command.
 *
 * @throws InvalidArgumentError for anything else
 */
export function countOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a count: 0, 1, 2, …')
}
