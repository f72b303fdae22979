import type { ConfigReader } from '../config-reader.js'

/**
 * Whether a limit is there that a config sets by a number, and takes away by `null`: a cap, or a clamp.
 *
 * @param absent - whether the class has it where the config does not say
 */
export function hasLimit(config: ConfigReader, field: string, absent: boolean): boolean {
  return config.raw(field) === undefined ? absent : config.has(field)
}
