import type { ConfigReader } from '../config-reader.js'

/** The number of classes of a classifier: the length of `id2label`, else `num_labels`, else 2. */
export function labelCount(config: ConfigReader): number {
  if (config.has('id2label')) return config.object('id2label').names().length
  const stated = config.raw('num_labels')
  // Python counts to any integer, and true is 1.
  const count = typeof stated === 'boolean' ? Number(stated) : stated
  return typeof count === 'number' && Number.isInteger(count) ? Math.max(0, count) : config.integer('num_labels', 2)
}
