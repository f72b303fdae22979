import type { ConfigReader } from '../config-reader.js'

/**
 * Whether a config has a limit such as a cap or a clamp: a number sets it, `null` removes it.
 *
 * @param absent - whether the class has the limit by default
 */
export function hasLimit(config: ConfigReader, field: string, absent: boolean): boolean {
  return config.raw(field) === undefined ? absent : config.has(field)
}
