import type { ConfigReader } from '../config-reader.js'

/** How many classes a classifier tells apart: as many as `id2label` names, else `num_labels`, else 2. */
export function labelCount(config: ConfigReader): number {
  if (config.has('id2label')) return config.object('id2label').names().length
  return config.integer('num_labels', 2)
}
