import { InvalidArgumentError, Option } from 'commander'
import { unknownModel } from '../options/index.js'
import { isSchemaName, SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'
import { offering } from './completion/offers.js'

/** The option that names a definition; a misspelt name gets a suggestion. */
export function modelOption(description: string): Option {
  const option = new Option('--model <name>', description).argParser(schemaNameOf)
  return offering(option, { kind: 'words', words: SCHEMA_NAMES })
}

/**
 * Parses a command argument as the name of a definition.
 *
 * @throws InvalidArgumentError for any other name; commander prints it
 */
export function schemaNameOf(text: string): SchemaName {
  if (isSchemaName(text)) return text
  throw new InvalidArgumentError(unknownModel(text, SCHEMA_NAMES).message)
}

/**
 * Parses a command argument as a count.
 *
 * @throws InvalidArgumentError for anything else
 */
export function countOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a count: 0, 1, 2, …')
}
