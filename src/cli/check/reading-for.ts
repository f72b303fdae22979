import type { SchemaName } from '../../schemas/index.js'
import { type LoadedConfig, pathIn } from './config-files.js'

/** A file to read. */
interface ReadFile {
  readonly name: string
  /** The path that its config sees. */
  readonly path: string
  /** Whether a search in a folder has found it, so that documents that are not models are skipped. */
  readonly isFound: boolean
}

/**
 * How to read a file, for its check and for the entities in it.
 *
 * @param chosen - the definition that the caller names; it wins over that of the config
 */
export function readingFor({ name, path, isFound }: ReadFile, config: LoadedConfig | undefined, chosen?: SchemaName) {
  const model = chosen ?? config?.policy.settings.model
  const isOther = model !== undefined && model !== 'CreateModelEntityRequest' && model !== 'ModelEntity'
  const isIncluded = config?.policy.isIncluded(pathIn(config, path)) === true
  return { file: name, skipsOthers: isFound && !isIncluded && !isOther, ...(model && { model }) }
}
