import type { ConfigReader } from '../config-reader.js'

/**
 * The longest context in tokens: `max_position_embeddings`, which already counts what rope scaling adds, except under
 * `linear` and `dynamic` scaling, whose factor stretches it.
 */
export function contextTokens(config: ConfigReader, absent: number | undefined): number | undefined {
  const limit = config.optionalInteger('max_position_embeddings') ?? absent
  return limit
}
