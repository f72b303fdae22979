import type { ConfigReader } from '../config-reader.js'

/** The number of classes of a classifier: the length of `id2label`, else `num_labels`, else 2. */
export function labelCount(config: ConfigReader): number {
  if (config.has('id2label')) return config.object('id2label').names().length
  return config.integer('num_labels', 2)
}
