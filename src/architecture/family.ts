import type { Architecture } from './architecture.js'
import type { ConfigReader } from './config-reader.js'

/** A model family: how a config becomes a module tree. One file each under `families/`. */
export interface Family {
  /** The values of `model_type` that it describes: usually one. */
  readonly modelTypes: readonly string[]
  /**
   * The module tree of a config.
   *
   * @param config - the (text) config
   * @param className - the first of the config's `architectures`; absent, the family's language model
   */
  describe(config: ConfigReader, className: string | undefined): Architecture
}
